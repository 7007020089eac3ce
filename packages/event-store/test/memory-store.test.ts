import { openMemoryStore } from '@linli/event-store'
import { storeContract } from '@linli/event-store/contract'
import t from 'tap'

await storeContract(t, 'the store in memory', async () => openMemoryStore())
