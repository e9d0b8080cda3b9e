// A login on stdin as JSON; on stdout the session string that mtcute writes for it.
import { readFileSync } from 'node:fs'

import { writeStringSession } from '@mtcute/core/utils.js'

const { key, port, userId, media } = JSON.parse(readFileSync(0, 'utf8'))
const main = { id: 2, ipAddress: '127.0.0.1', port }
console.log(
  writeStringSession({
    version: 3,
    primaryDcs: { main, media: media ? { ...main, mediaOnly: true } : main },
    self: media ? null : { userId, isBot: false, isPremium: false, usernames: [] },
    authKey: new Uint8Array(Buffer.from(key, 'hex')),
  }),
)
