// mtcute, which we did not write, as a program: what it is to do comes as one JSON object a line on stdin, and one JSON
// object a line on stdout says what came of it. The first argument holds the server's address and key.

import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

import { Long } from '@mtcute/core'
import { addPublicKey } from '@mtcute/core/utils.js'
import { MemoryStorage, MtProxyTcpTransport, TelegramClient } from '@mtcute/node'
import { NodeCryptoProvider } from '@mtcute/node/utils.js'

const options = JSON.parse(process.argv[2])

const crypto = new NodeCryptoProvider()
await crypto.initialize()
addPublicKey(crypto, readFileSync(options.key, 'utf8'))

const dc = { id: 2, ipAddress: options.host, port: options.port }
const client = new TelegramClient({
    apiId: 17,
    apiHash: '0'.repeat(32),
    crypto,
    storage: new MemoryStorage(),
    defaultDcs: { main: dc, media: dc },
    network: { usePfs: true },
    logLevel: 1,
    ...(options.proxy ? { transport: new MtProxyTcpTransport(options.proxy) } : {}),
})
let takeout

// 64-bit numbers of mtcute are objects, and JSON's would lose digits: they travel as { "long": "…" }
const outgoing = (_, value) => (Long.isLong(value) ? { long: value.toString() } : value)
const incoming = (_, value) => (typeof value?.long === 'string' ? Long.fromString(value.long) : value)

const commands = {
    async login({ phone, code, password }) {
        const user = await client.start({ phone, code: async () => code, password })
        return { user_id: user.id }
    },
    // prints each token as it comes, and ends when another device has accepted one
    async qr({ password }) {
        const user = await client.signInQr({
            onUrlUpdated: (url) => say({ url }),
            ...(password ? { password } : {}),
        })
        return { user_id: user.id }
    },
    async takeout() {
        takeout = await client.initTakeoutSession({ contacts: true })
        return {}
    },
    async finish({ success }) {
        await takeout.finish(success)
        return {}
    },
    // a call inside of the takeout session, or outside of it
    async call({ request, inside }) {
        return { result: inside ? await takeout.call(request) : await client.call(request) }
    },
}

function say(object) {
    process.stdout.write(`${JSON.stringify(object, outgoing)}\n`)
}

for await (const line of createInterface({ input: process.stdin })) {
    const { do: name, ...parameters } = JSON.parse(line, incoming)
    try {
        say({ ok: true, ...(await commands[name](parameters)) })
    } catch (error) {
        say({ ok: false, error: error.text ?? String(error), stack: error.stack })
    }
}
await client.destroy()
process.exit(0)
