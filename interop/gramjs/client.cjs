// GramJS, which we did not write, as a program: it logs in, fetches the address book through a takeout and writes it to
// stdout as JSON. The first argument says where and how.

const { createHash, createPublicKey } = require('node:crypto')
const { readFileSync } = require('node:fs')

const bigInt = require('big-integer')
const { Api, TelegramClient } = require('telegram')
const rsa = require('telegram/crypto/RSA')
const { PromisedNetSockets, PromisedWebSockets } = require('telegram/extensions')
const network = require('telegram/network')
const { StringSession } = require('telegram/sessions')
const { serializeBytes } = require('telegram/tl/generationHelpers')

const options = JSON.parse(process.argv[2])

function trust(pem) {
    const { n, e } = createPublicKey(pem).export({ format: 'jwk' })
    const [modulus, exponent] = [n, e].map((number) => Buffer.from(number, 'base64url'))
    const digest = createHash('sha1').update(serializeBytes(modulus)).update(serializeBytes(exponent)).digest()
    const key = { n: bigInt(modulus.toString('hex'), 16), e: bigInt(exponent.toString('hex'), 16).toJSNumber() }
    rsa._serverKeys.set(digest.readBigInt64LE(12).toString(), key)
}

// the addresses of Telegram's data centres and the ports are built in
class Connection extends network[options.connection] {
    constructor(where) {
        super({ ...where, ip: options.host, port: options.port })
    }
}

// the only port to which it speaks TLS is 443, which a test may not have
class TlsWebSockets extends PromisedWebSockets {
    getWebSocketLink(ip, port) {
        return super.getWebSocketLink(ip, 443).replace(':443/', `:${port}/`)
    }
}

const SOCKETS = { tcp: PromisedNetSockets, ws: PromisedWebSockets, wss: TlsWebSockets }

async function fetched(client) {
    await client.start({
        phoneNumber: options.phone,
        phoneCode: async () => options.code,
        password: async () => options.password,
        onError: (error) => {
            throw error
        },
    })
    const takeout = await client.invoke(new Api.account.InitTakeoutSession({ contacts: true }))
    const inside = (query) => client.invoke(new Api.InvokeWithTakeout({ takeoutId: takeout.id, query }))
    const saved = await inside(new Api.contacts.GetSaved())
    const contacts = await inside(new Api.contacts.GetContacts({ hash: bigInt(0) }))
    const statuses = await inside(new Api.contacts.GetStatuses())
    await inside(new Api.account.FinishTakeoutSession({ success: true }))
    const dialogs = await client.getDialogs({})
    return { saved, contacts, statuses, dialogs }
}

async function main() {
    trust(readFileSync(options.key))
    const session = new StringSession('')
    session.setDC(2, options.host, 443)
    const client = new TelegramClient(session, 17, '0'.repeat(32), {
        connection: Connection,
        // a key that begins with a zero byte, one of two hundred, is left without that byte and lost
        connectionRetries: 5,
        networkSocket: SOCKETS[options.carrier],
        useWSS: false,
    })
    client.setLogLevel('none')
    const lists = await fetched(client)
    await client.disconnect()
    // an end before everything is written would cut it
    process.stdout.write(`\n${JSON.stringify(lists)}`, () => process.exit(0))
}

main().catch((error) => {
    console.error(error)
    process.exit(1)
})
