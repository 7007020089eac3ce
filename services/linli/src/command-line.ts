// The command line: which commands there are, what each takes, and how its answer is told. One
// JSON document on standard output with --json, progress and faults on standard error. Exit status
// 0: done; 1: refused or failed; 2: wrong usage.
import { resolve } from 'node:path'
import { Command, CommanderError, Option } from 'commander'
import { backup } from './backup.ts'
import { toldOf } from './command-fault.ts'
import { diagnose } from './doctor.ts'
import { erase } from './erase.ts'
import { type Asker, type Installation, perform } from './installation.ts'
import { rebuild } from './rebuild.ts'
import { restore } from './restore.ts'
import { readSettings, type Settings } from './settings.ts'
import { start } from './start.ts'
import { createToken } from './token.ts'
