import { mkdtempSync, rmSync } from 'node:fs'
import { fork } from 'node:child_process'
import { Access, execute, SYSTEM } from '@linli/engine'
import { openCommunity } from '../src/community.ts'
import { buildServer } from '../src/server.ts'
const folder = mkdtempSync('/tmp/linli-bench-')
const community = await openCommunity({ folder })
const app = await buildServer(community)
const { engine, work, keyFile } = community
const order = async (workflow: string, command: string, data: object, instance?: string) => {
  const a = await execute(engine, { workflow, command, caller: SYSTEM, key: crypto.randomUUID(), data, ...(instance?{instance}:{}) })
  if ('refused' in a) throw new Error(JSON.stringify(a)); return a.instance }
const place = await order('place','register',{kind:'community',name:'x'})
const person = await order('person','register',{kind:'staff'})
await order('person','grant',{role:'grid-worker',place},person)
const access = new Access({ work, instances: engine.instances, keyFile, now: engine.now })
const token = await access.createToken({person,label:'b'})
const base = await app.listen({host:'127.0.0.1',port:0})
const child = fork('/tmp/linli/bench-gen.mjs',[base,token,place])
if (process.env.PROF) { const {Session}=await import('node:inspector/promises'); const s=new Session(); s.connect(); await s.post('Profiler.enable'); await s.post('Profiler.start'); child.once('exit', async()=>{ const {profile}=await s.post('Profiler.stop'); (await import('node:fs')).writeFileSync('/tmp/linli/http.cpuprofile',JSON.stringify(profile)) }) }
await new Promise(r=>child.on('exit',r))
await new Promise(r=>setTimeout(r,300))
console.log('position', community.read.position(), await community.store.head())
await app.close(); await community.close(); rmSync(folder,{recursive:true}); process.exit(0)
