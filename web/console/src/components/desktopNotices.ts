// Notices on the desktop for units that do other work beside the console: off until the person turns them on here.
import { ref } from 'vue'
import type { HotlineEvent } from '@/realtime/socket'
import { zh } from '@/locales/zh-CN'

const KEY = 'hotline.notices'
const words = zh.unit.notify

export type NoticeState = 'on' | 'off' | 'denied' | 'unsupported'

function look(): NoticeState {
  if (!('Notification' in window)) return 'unsupported'
  if (Notification.permission === 'denied') return 'denied'
  return Notification.permission === 'granted' && localStorage.getItem(KEY) === 'on' ? 'on' : 'off'
}

export const noticeState = ref<NoticeState>(look())

export async function turnNotices(on: boolean): Promise<void> {
  localStorage.setItem(KEY, on ? 'on' : 'off')
  if (on && noticeState.value === 'off') await Notification.requestPermission()
  noticeState.value = look()
}

/** The page in front needs no notice; a hidden one tells what happened, without anything of the case. */
export function noticeOf(event: HotlineEvent): void {
  const text = words.events[event.name]
  if (!text || noticeState.value !== 'on' || document.visibilityState === 'visible') return
  // Several events of one kind are one notice.
  const notice = new Notification(zh.product, { body: text, tag: event.name })
  notice.onclick = () => window.focus()
}
