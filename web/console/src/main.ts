// Start of the console: who is signed in decides the first page.
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import 'element-plus/es/components/base/style/css'
import './styles/main.css'
import App from './App.vue'
import { createConsoleRouter } from './router'
import { reportUnexpected } from './trouble'
import { useSession } from './stores/session'

async function start(): Promise<void> {
  const app = createApp(App)
  app.use(createPinia())
  app.config.errorHandler = reportUnexpected
  window.addEventListener('unhandledrejection', (event) => reportUnexpected(event.reason))
  const session = useSession()
  // A server that cannot be reached at start shows the sign-in page, which says what is wrong on the first try.
  await session.load().catch(reportUnexpected)
  app.use(createConsoleRouter())
  app.mount('#app')
}

void start()
