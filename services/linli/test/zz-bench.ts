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
for (let round=0; round<3; round++) { const c0 = process.threadCpuUsage(); const h0 = await community.store.head(); const x0=performance.eventLoopUtilization()
const child = fork('/tmp/linli/bench-gen.mjs',[base,token,place])
let prof: any; if (round===2) { const {Session}=await import('node:inspector/promises'); prof=new Session(); prof.connect(); await prof.post('Profiler.enable'); await prof.post('Profiler.start') }
await new Promise(r=>child.on('exit',r))
if (prof) { const {profile}=await prof.post('Profiler.stop'); (await import('node:fs')).writeFileSync('/tmp/linli/http.cpuprofile',JSON.stringify(profile)) }
const c1 = process.threadCpuUsage(c0); const n = (await community.store.head()) - h0; console.log('events',n,'main-thread CPU us/event', Math.round((c1.user+c1.system)/n)) }
await new Promise(r=>setTimeout(r,300))
const d0 = process.threadCpuUsage(); const caller={id:person,person,grants:[{role:'grid-worker' as const,place}]}; let m=0; const text='家里冷，只有十五度，请尽快处理。'.repeat(6); const e=Date.now()+3000; await Promise.all(Array.from({length:64},async()=>{ let id=''; let step=0; while(Date.now()<e){ const cmd=step===0?'report':step===1?'verify':'contact'; const data=step===0?{channel:'grid',place,text,category:'heating.indoor.cold'}:step===1?{note:text}:{by:'phone',note:text}; const a=await execute(engine,{workflow:'appeal',command:cmd,caller,key:(await import('node:crypto')).randomUUIDv7(),data,...(step?{instance:id}:{})}); if('refused' in a) throw new Error(JSON.stringify(a)); id=a.instance; m++; step=(step+1)%6 } })); const d1=process.threadCpuUsage(d0); console.log('in-process',m,'us/cmd',Math.round((d1.user+d1.system)/m))
console.log('position', community.read.position(), await community.store.head())
await app.close(); await community.close(); rmSync(folder,{recursive:true}); process.exit(0)
