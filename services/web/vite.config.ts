// How the pages are built. One HTML file; main.ts decides whether the residents' small pages or
// the staff's are fetched, so that a resident never loads Ant Design.
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const server = process.env.LINLI_SERVER ?? 'http://127.0.0.1:8311'

export default defineConfig({
  plugins: [react()],
  build: { target: 'es2023', chunkSizeWarningLimit: 1600, assetsInlineLimit: 0 },
  server: { proxy: { '/api': server, '/openapi.json': server, '/docs': server } },
})
