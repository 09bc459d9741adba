import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** A running server for `vite dev` to pass everything but the pages to. */
const server = process.env.CODER_URL ?? 'http://127.0.0.1:3000';

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: {
    target: ['chrome123', 'firefox128', 'safari17.5'],
    // A file is a file: the content security policy knows no data: URLs for what is ours.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // One file: a page of it is of no use without the contract's client, which is most of it.
    chunkSizeWarningLimit: 1000,
  },
  server: { proxy: { '/api': server, '/healthz': server } },
});
