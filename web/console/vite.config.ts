/// <reference types="vitest/config" />
// Build of the console: static files under /console/, loaded on demand per page; no inline script or style (CSP).
import { fileURLToPath, URL } from 'node:url'
import vue from '@vitejs/plugin-vue'
import Components from 'unplugin-vue-components/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import { defineConfig } from 'vite'

const backend = process.env.HOTLINE_CONSOLE_BACKEND ?? 'http://127.0.0.1:8012'

export default defineConfig({
  base: '/console/',
  plugins: [
    vue(),
    Components({ dirs: [], dts: false, resolvers: [ElementPlusResolver({ importStyle: 'css' })] }),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: 'es2022',
    // Small assets stay files: a data: address would need a hole in the content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  server: {
    proxy: {
      '/api': backend,
      '/openapi': backend,
      '/socket.io': { target: backend, ws: true },
    },
  },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
})
