// The one table from code to status and texts, and problem details (RFC 9457) made from it.
// docs/errors.md lists the same codes; a test holds the two equal.
import type { Refusal } from '@linli/engine'
import type { Language } from './language.ts'

type Entry = { status: number; zh: string; en: string; detail: Record<Language, string> }

const entry = (
  status: number,
  titles: [zh: string, en: string],
  details: [zh: string, en: string],
): Entry => ({
  status,
  zh: titles[0],
  en: titles[1],
  detail: { zh: details[0], en: details[1] },
})

/** Every code of a problem document. Codes are stable: programs compare them. */
export const PROBLEMS = {
  'malformed-json': entry(
    400,
    ['请求不是有效的 JSON', 'Malformed JSON'],
    ['请求正文无法按 JSON 读取。', 'The request body cannot be read as JSON.'],
  ),
  'header-invalid': entry(
    400,
    ['请求头有误', 'Invalid header'],
    ['所列请求头的写法不对。', 'The named request header is not written as it must be.'],
  ),
  unauthenticated: entry(
    401,
    ['请先登录', 'Not signed in'],
    ['没有凭证，或凭证已失效。', 'There is no credential, or it no longer holds.'],
  ),
  'login-failed': entry(
    401,
    ['登录未成功', 'Sign-in failed'],
    ['名称与密码不符。', 'Name and password do not fit.'],
  ),
  'login-expired': entry(
    401,
    ['账号已到期', 'Login expired'],
    ['此人的角色已全部到期。', 'All roles of this person have ended.'],
  ),
  'login-not-begun': entry(
    401,
    ['账号尚未生效', 'Login not begun'],
    ['此人的角色还没有开始。', 'No role of this person has begun yet.'],
  ),
  'link-invalid': entry(
    401,
    ['链接无效', 'Invalid link'],
    ['链接不存在、已用过或已过期。', 'The link is unknown, was used already, or is over.'],
  ),
  forbidden: entry(
    403,
    ['没有权限', 'Not allowed'],
    ['您的角色不能对此事项这样做。', 'Your roles do not allow this here.'],
  ),
  'origin-refused': entry(
    403,
    ['来源不被接受', 'Origin refused'],
    ['请求不是从本站页面发出的。', 'The request does not come from a page of this site.'],
  ),
  'not-found': entry(
    404,
    ['没有找到', 'Not found'],
    ['没有这个对象或操作。', 'There is no such object or operation.'],
  ),
  'not-in-this-state': entry(
    409,
    ['当前状态不能这样做', 'Not in this state'],
    ['事项已不在可以这样做的状态。', 'The case is not in a state that takes this command.'],
  ),
  'condition-not-met': entry(
    409,
    ['条件不满足', 'Condition not met'],
    ['有一项条件还没有满足。', 'A condition is not met.'],
  ),
  conflict: entry(
    409,
    ['同时有人在处理', 'Conflict'],
    ['别人同时改动了此事项，请重试。', 'Somebody else changed it at the same time: try again.'],
  ),
  'login-name-taken': entry(
    409,
    ['登录名已有人用', 'Login name taken'],
    ['这个登录名属于别人，请换一个。', 'This login name is somebody else’s: choose another.'],
  ),
  'stale-clock': entry(
    409,
    ['时限已变', 'Stale clock'],
    ['该时限已经重新计算。', 'This limit has been computed anew meanwhile.'],
  ),
  erased: entry(
    410,
    ['个人信息已删除', 'Erased'],
    ['此人的个人信息已经删除，不能再写入。', 'The person was erased: nothing can be added.'],
  ),
  'stale-revision': entry(
    412,
    ['事项已有更新', 'Stale revision'],
    ['您看到的版本不是最新的。', 'What you last saw is not the newest revision.'],
  ),
  'too-large': entry(
    413,
    ['请求过大', 'Too large'],
    ['请求正文超过上限。', 'The request body is over the limit.'],
  ),
  'unsupported-media': entry(
    415,
    ['不支持的格式', 'Unsupported media type'],
    ['请用 application/json 发送。', 'Send application/json.'],
  ),
  invalid: entry(
    422,
    ['填写有误', 'Invalid'],
    ['有的内容不符合要求。', 'Some of what was given does not fit.'],
  ),
  'key-reused': entry(
    422,
    ['幂等键已用过', 'Key reused'],
    ['同一 Idempotency-Key 曾用于不同内容。', 'The Idempotency-Key was used with another body.'],
  ),
  'time-out-of-range': entry(
    422,
    ['时间超出范围', 'Time out of range'],
    ['所称时间太早或太晚。', 'The claimed time is too far ahead or back.'],
  ),
  'too-many-requests': entry(
    429,
    ['请求过于频繁', 'Too many requests'],
    ['请稍后再试。', 'Try again later.'],
  ),
  internal: entry(
    500,
    ['内部错误', 'Internal error'],
    ['出现了意外错误，已记录。', 'Something unexpected went wrong and was logged.'],
  ),
  unavailable: entry(
    503,
    ['暂时无法处理', 'Temporarily unavailable'],
    ['没有保存任何内容，请稍后重试。', 'Nothing was stored: try again later.'],
  ),
  'outcome-unknown': entry(
    503,
    ['结果未知', 'Outcome unknown'],
    [
      '可能已保存，请用同一 Idempotency-Key 重试。',
      'It may have been stored: repeat it with the same Idempotency-Key.',
    ],
  ),
} satisfies Record<string, Entry>

/** A code of a problem document; every refusal of the engine has one of the same name. */
export type ProblemCode = keyof typeof PROBLEMS

/** A problem document. */
export type Problem = {
  type: string
  title: string
  status: number
  detail: string
  code: ProblemCode
  field?: string
  issues?: readonly { path: string; message: string; code?: string }[]
  guard?: string
  guardText?: string
  offered?: string[]
  revision?: number
  state?: unknown
  path?: string
}

/** What a problem says beyond its code. */
export type ProblemExtra = Partial<Omit<Problem, 'type' | 'title' | 'status' | 'code'>>

/** Thrown by a route to answer with a problem document. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly code: ProblemCode
  readonly extra: ProblemExtra
  readonly retryAfterS: number | undefined

  constructor(code: ProblemCode, extra: ProblemExtra = {}, retryAfterS?: number) {
    super(code)
    this.code = code
    this.extra = extra
    this.retryAfterS = retryAfterS
  }
}

/** The document for a code in a language. */
export function problem(code: ProblemCode, language: Language, extra: ProblemExtra = {}): Problem {
  const known = PROBLEMS[code]
  return {
    type: `urn:linli:error:${code}`,
    title: known[language],
    status: known.status,
    detail: known.detail[language],
    code,
    ...extra,
  }
}

/** What a refusal of the engine says, as a problem to throw. */
export function refusalProblem(refusal: Refusal, more: ProblemExtra = {}): ProblemError {
  const { refused, detail, guard, offered, issues } = refusal
  const code: ProblemCode = refused
  const field = issues?.[0]?.path
  return new ProblemError(code, {
    ...(code === 'time-out-of-range' ? { field: 'Linli-At' } : {}),
    ...(code === 'key-reused' ? { field: 'Idempotency-Key' } : {}),
    ...(detail === undefined ? {} : { detail }),
    ...(field === undefined ? {} : { field }),
    ...(issues === undefined ? {} : { issues }),
    ...(guard === undefined ? {} : { guard }),
    ...(offered === undefined ? {} : { offered }),
    ...more,
  })
}

/** Any thrown thing as a problem: known faults by their retry class, all else as `internal`. */
export function problemOf(thrown: unknown): ProblemError {
  if (thrown instanceof ProblemError) return thrown
  const code = propertyOf(thrown, 'code')
  const known = typeof code === 'string' ? BY_CODE[code] : undefined
  if (known !== undefined) return new ProblemError(...known)
  const retry = propertyOf(thrown, 'retry')
  if (retry === 'later') return new ProblemError('unavailable', {}, RETRY_AFTER_S)
  if (retry === 'outcome-unknown') return new ProblemError('outcome-unknown', {}, RETRY_AFTER_S)
  if (propertyOf(thrown, 'statusCode') === 429) return new ProblemError('too-many-requests')
  return new ProblemError('internal')
}

const RETRY_AFTER_S = 2

/** Codes of the parts below: fastify's own, and the vault's for a person who was erased. */
const BY_CODE: Readonly<Record<string, [ProblemCode, ProblemExtra?]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['too-large', { field: 'body' }],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported-media', { field: 'Content-Type' }],
  FST_ERR_CTP_INVALID_JSON_BODY: ['malformed-json', { field: 'body' }],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['malformed-json', { field: 'body' }],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['malformed-json', { field: 'body' }],
  FST_ERR_BAD_URL: ['not-found', { field: 'path' }],
  FST_ERR_MAX_PARAM_LENGTH: ['not-found', { field: 'path' }],
  'subject-erased': ['erased'],
}

function propertyOf(thrown: unknown, name: string): unknown {
  return typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, name) : undefined
}
