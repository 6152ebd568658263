import { unshared } from '../../../src/upstream/windows/shared-windows.ts';
import { describeSharedWindows } from './shared-windows-suite.ts';

describeSharedWindows('nobody', () => unshared);
