// A login of mtcute's own: {port, key, phone, code, media} on stdin as JSON; the last line of stdout is the session string.
import { readFileSync } from 'node:fs'

import { BaseTelegramClient, MemoryStorage, TelegramClient } from '@mtcute/node'
import { NodeCryptoProvider, addPublicKey } from '@mtcute/node/utils.js'

const { port, key, phone, code, media } = JSON.parse(readFileSync(0, 'utf8'))
const crypto = new NodeCryptoProvider()
await crypto.initialize()
addPublicKey(crypto, key)

const home = { id: 2, ipAddress: '127.0.0.1', port }
const base = new BaseTelegramClient({
  apiId: 1,
  apiHash: '0'.repeat(32),
  crypto,
  defaultDcs: { main: home, media: media ? { ...home, mediaOnly: true } : home },
  storage: new MemoryStorage(),
})
const client = new TelegramClient({ client: base, disableUpdates: true })
await client.start({ phone, code: () => code })
console.log(await client.exportSession())
await client.destroy()
process.exit(0)
