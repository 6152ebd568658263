import { Window } from 'happy-dom';

/**
 * What React needs of a browser, put up before react-dom is loaded: import this first. The rest stays Node's own, since
 * the gateway runs in the same process.
 */
const window = new Window({ url: 'http://localhost/' });
const { document, navigator } = window;
Object.assign(globalThis, { window, document, navigator });
