// The server's present moment in milliseconds, ticking each second, so that countdowns do not trust a wrong PC clock.
import { onUnmounted, ref, type Ref } from 'vue'
import { useSession } from '@/stores/session'

export function useNow(): Ref<number> {
  const session = useSession()
  const now = ref(Date.now() + session.clockOffset)
  const timer = window.setInterval(() => {
    now.value = Date.now() + session.clockOffset
  }, 1000)
  onUnmounted(() => window.clearInterval(timer))
  return now
}
