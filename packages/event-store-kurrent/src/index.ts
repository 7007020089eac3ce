// The event log over EventStoreDB and KurrentDB.

export type { BackOff } from './back-off.ts'
export type { KurrentMessage, KurrentStore, KurrentStoreOptions } from './kurrent-store.ts'
export { openKurrentStore } from './kurrent-store.ts'
