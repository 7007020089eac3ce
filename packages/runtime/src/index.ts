// How the parts become a running linli: settings, an installation opened by them, the server of it.
export { CALENDARS, calendarFolder } from './calendar-years.ts'
export { type Community, openCommunity } from './community.ts'
export { installationMark, markInstallation } from './installation-mark.ts'
export { Leases, type Shared, type WhenHeld } from './leases.ts'
export { loggedFault, openLog, withoutRepeats } from './log.ts'
export { MailFault, mailOutlet } from './mail.ts'
export type { CommunityOptions } from './opening.ts'
export { anotherLink, firstLink, OwnPersonFault, openPerson, RUNS } from './own-person.ts'
export { buildServer, type ServerOptions } from './server.ts'
export {
  aborted,
  closeApp,
  type Ending,
  endingOnSignal,
  endOnBug,
  readable,
  serveUntil,
  untilNoticed,
} from './serving.ts'
export { SEATS, seatsLeft } from './serving-seats.ts'
export { checkShareable, readSettings, type Settings, SettingsFault } from './settings.ts'
export { optionsOf, runShared, type Scene, type SharedProcess } from './shared-process.ts'
export { webhookOutlet, webhookSender, webhookSignature } from './webhook.ts'
export { assertLogServes, logName, readWorkMark, writeWorkMark } from './work-mark.ts'
