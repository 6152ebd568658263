import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { policyInPage, securityHeaders } from './server/content-security-policy.ts';
import { gatewayProxy } from './server/gateway-proxy.ts';

/** Where `npm run dev` and `vite preview` find the gateway. */
const gatewayUrl = process.env.GATEWAY_URL ?? 'http://127.0.0.1:4000';

export default defineConfig({
  plugins: [react(), policyInPage()],
  build: {
    target: 'es2022',
    // Fonts and icons stay files of their own: the policy admits no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { host: '127.0.0.1', proxy: gatewayProxy(gatewayUrl) },
  preview: { host: '127.0.0.1', proxy: gatewayProxy(gatewayUrl), headers: securityHeaders },
});
