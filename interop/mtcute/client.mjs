// mtcute, which we did not write, as a program: what it is to do comes as one JSON object a line on stdin, and one JSON
// object a line on stdout says what came of it. The first argument holds the server's address and key.

import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

import { MemoryStorage, MtProxyTcpTransport, TelegramClient } from '@mtcute/node'
import { addPublicKey } from '@mtcute/core/utils.js'
import { NodeCryptoProvider } from '@mtcute/node/utils.js'

const options = JSON.parse(process.argv[2])

const crypto = new NodeCryptoProvider()
await crypto.initialize()
addPublicKey(crypto, readFileSync(options.key, 'utf8'))

const dc = { id: 2, ipAddress: options.host, port: options.port }
const proxy = options.proxy && new MtProxyTcpTransport(options.proxy)
const client = new TelegramClient({
    apiId: 17,
    apiHash: '0'.repeat(32),
    crypto,
    storage: new MemoryStorage(),
    defaultDcs: { main: dc, media: dc },
    network: { usePfs: true },
    logLevel: options.verbose ? 5 : 1,
    ...(proxy ? { transport: proxy } : {}),
})
let takeout

// 64-bit numbers of mtcute are objects; JSON's would lose digits
const plain = (_, value) =>
    value && typeof value === 'object' && 'low' in value && 'high' in value ? value.toString() : value

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
        return { takeout_id: takeout.id.toString() }
    },
    async finish({ success }) {
        await takeout.finish(success)
        return {}
    },
    // a call inside of the takeout session, or outside of it
    async call({ request, inside }) {
        return { result: inside ? await takeout.call(request) : await client.call(request) }
    },
    async whoami() {
        const me = await client.call({ _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] })
        return { user_id: me[0].id }
    },
}

function say(object) {
    process.stdout.write(`${JSON.stringify(object, plain)}\n`)
}

for await (const line of createInterface({ input: process.stdin })) {
    const { do: name, ...parameters } = JSON.parse(line)
    if (name === 'end') break
    try {
        say({ ok: true, ...(await commands[name](parameters)) })
    } catch (error) {
        say({ ok: false, error: error.text ?? String(error), stack: error.stack })
    }
}
await client.destroy()
process.exit(0)
