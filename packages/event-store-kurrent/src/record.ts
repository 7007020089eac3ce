// An event as the server keeps it, both ways: the text's bytes untouched, the id as the UUID that
// the server wants, and the metadata that the server's own tools look for.
// Must not import the client.

import { createHash } from 'node:crypto'
import type { NewEvent, StoredEvent } from '@linli/event-store'

/** An event on its way to the server. */
export type Proposed = {
  id: string
  type: string
  isJson: boolean
  data: Uint8Array
  metadata: Uint8Array | undefined
}

/** An event as the server gives it back; `stream` is the server's name of it. */
export type Recorded = {
  id: string
  type: string
  stream: string
  revision: number
  position: number
  data: Uint8Array
  metadata: Uint8Array
}

const canonical = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const nil = '00000000-0000-0000-0000-000000000000'
const utf8 = new TextEncoder()

/** The event for the server. What is no JSON is marked as bytes: its projections pass it over. */
export function proposedOf(event: NewEvent): Proposed {
  const id = uuidOf(event.id)
  const content = parsed(event.text)
  const { type, text } = event
  const metadata = metadataOf(event, id, content)
  return { id, type, isJson: content !== undefined, data: utf8.encode(text), metadata }
}

/** The event that was given, at its place; `stream` is the port's name of the stream. */
export function storedOf(recorded: Recorded, stream: string): StoredEvent {
  const { type, revision, position } = recorded
  const text = textOf(recorded.data)
  return { position, stream, revision, id: givenId(recorded), type, text }
}

/**
 * The id as a UUID: itself when it is one in the server's spelling, else a UUIDv8 (RFC 9562) from
 * its SHA-256, so that the same id is the same event to the server.
 */
export function uuidOf(id: string): string {
  // The server takes the nil UUID for a missing one, and gives capitals back as small letters.
  if (canonical.test(id) && id !== nil) return id
  const hash = createHash('sha256').update('linli event id\n').update(id).digest('hex')
  const variant = ((Number.parseInt(hash.slice(16, 17), 16) & 0b0011) | 0b1000).toString(16)
  const parts = [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `${variant}${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ]
  return parts.join('-')
}

function givenId({ id, metadata }: Recorded): string {
  // Only a version 8 can stand for another id: the rest is spared the parsing.
  if (id[14] !== '8' || metadata.length === 0) return id
  return field(parsed(textOf(metadata)), 'linliId') ?? id
}

// The tools of the server (by-correlation projection, causation in the browser) read these names.
function metadataOf(event: NewEvent, id: string, content: unknown): Uint8Array | undefined {
  const command = field(content, 'command')
  const cause = field(content, 'cause') ?? command
  const metadata = {
    ...(command === undefined ? {} : { $correlationId: command }),
    ...(cause === undefined ? {} : { $causationId: cause }),
    ...(id === event.id ? {} : { linliId: event.id }),
  }
  const text = JSON.stringify(metadata)
  return text === '{}' ? undefined : utf8.encode(text)
}

function field(content: unknown, name: string): string | undefined {
  if (typeof content !== 'object' || content === null) return undefined
  const value: unknown = Reflect.get(content, name)
  return typeof value === 'string' ? value : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}
