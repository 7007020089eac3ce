// The words of what goes outside. A notice is a text of its workflow and names nobody; its title
// and its link are added only for who may read the case. Knows no channel.
import { type Instance, type Texts, workflowOf } from '@linli/workflow'
import type { Instances } from './instances.ts'
import { type Caller, mayRead, rowIn } from './permission.ts'

/** One line of a message: what happened, of which case, and where it is shown. */
export type MessageLine = { text: string; case?: string; url?: string; at: string }

/** A message as a channel takes it. `id` is the same whenever the same is sent again. */
export type Message = {
  id: string
  language: 'zh' | 'en'
  subject: string
  lines: readonly MessageLine[]
}

/** What is known of a notice that goes out. */
export type NoticeRow = { id: string; instance: string; text: string; at: number }

type Scene = { instances: Instances; publicUrl: string | undefined }

/** The line for one notice, cut to what the receiver may see. */
export async function lineOf(
  { instances, publicUrl }: Scene,
  { notice, caller, language }: { notice: NoticeRow; caller: Caller; language: 'zh' | 'en' },
): Promise<MessageLine> {
  const at = new Date(notice.at).toISOString()
  const instance = await instances.get(notice.instance)
  const texts = instances.workflowOf(notice.instance)?.texts[language] ?? {}
  const text = texts[`notify.${notice.text}`] ?? notice.text
  if (instance === undefined || !mayRead(caller, workflowOf(notice.instance), rowIn(instance))) {
    return { text, at }
  }
  const url = publicUrl === undefined ? {} : { url: `${publicUrl}/cases/${notice.instance}` }
  return { text, case: nameOf(instance, texts), at, ...url }
}

/** The message of some lines: one has its own words as subject, more are counted. */
export function messageOf(
  id: string,
  language: 'zh' | 'en',
  lines: readonly MessageLine[],
): Message {
  const [first] = lines
  const counted = language === 'zh' ? `${lines.length} 条通知` : `${lines.length} notices`
  const subject = lines.length === 1 && first !== undefined ? first.text : counted
  return { id, language, subject, lines }
}

/** A message as plain text. */
export const plainText = ({ lines }: Message): string =>
  `${lines.map(({ text, case: of, url }) => [text, of, url].filter((part) => part !== undefined).join('\n')).join('\n\n')}\n`

/** The workflow's own word and, where the case has one, its public title. */
function nameOf(instance: Instance, texts: Texts): string {
  const { title } = instance.workflow.summary(instance)
  const kind = texts.workflow ?? instance.workflow.id
  return title === undefined || title === '' ? kind : `${kind} · ${title}`
}
