// The lock of a data folder whose log is not open: for work that replaces the files themselves.
// No other code of the process may open the folder meanwhile.
import { lockFolder } from '@linli/event-store'

/** Does work on a folder that nobody else has open. @throws StoreFault `folder-in-use` */
export async function withFolderLocked<Done>(
  folder: string,
  work: () => Promise<Done>,
): Promise<Done> {
  const lock = lockFolder(folder)
  try {
    return await work()
  } finally {
    lock.release()
  }
}
