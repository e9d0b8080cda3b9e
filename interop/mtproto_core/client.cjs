// @mtproto/core, which we did not write, as a program: it logs in, fetches the address book through a takeout, changes
// something in it, and writes what it was told to stdout as JSON. The first argument says where and who.

const { createHash, createPublicKey } = require('node:crypto')
const { readFileSync } = require('node:fs')

// once in two hundred times a number of 2048 bits begins with a zero byte, which the package leaves out; its other modules
// take this function as it is when they are loaded
const common = require('@mtproto/core/src/utils/common')
const { bigIntToBytes } = common
const lengthOf = (number) => (number.bitLength().greater(1984) ? 256 : undefined)
common.bigIntToBytes = (number, length) => bigIntToBytes(number, length ?? lengthOf(number))

const MTProto = require('@mtproto/core')
const RSA = require('@mtproto/core/src/utils/rsa')
const Serializer = require('@mtproto/core/src/tl/serializer')

const options = JSON.parse(process.argv[2])

function trust(pem) {
    const { n, e } = createPublicKey(pem).export({ format: 'jwk' })
    const [modulus, exponent] = [n, e].map((number) => Buffer.from(number, 'base64url'))
    const bare = new Serializer(function () {
        this.bytes(modulus)
        this.bytes(exponent)
    })
    const digest = createHash('sha1').update(new Uint8Array(bare.getBuffer())).digest()
    const key = { modulus: modulus.toString('hex'), exponent: exponent.toString('hex') }
    // the known keys are built in
    RSA.prototype.getRsaKeyByFingerprints = async (fingerprints) => {
        const own = digest.readBigUInt64LE(12)
        const fingerprint = fingerprints.find((each) => BigInt.asUintN(64, BigInt(each)) === own)
        return fingerprint === undefined ? null : { fingerprint, ...key }
    }
}

function connected() {
    const kept = new Map()
    const instance = { set: async (name, value) => void kept.set(name, value), get: async (name) => kept.get(name) }
    const client = new MTProto({ api_id: 17, api_hash: '0'.repeat(32), storageOptions: { instance } })
    client.dcList = [{ id: 2, ip: options.host, port: options.port }]
    return client
}

async function logIn(client) {
    const settings = { _: 'codeSettings' }
    const sent = await client.call('auth.sendCode', { phone_number: options.phone, settings })
    const code = { phone_number: options.phone, phone_code: options.code, phone_code_hash: sent.phone_code_hash }
    const refusal = await client.call('auth.signIn', code).catch((error) => error.error_message)
    if (refusal !== 'SESSION_PASSWORD_NEEDED') {
        throw new Error(refusal)
    }
    const { srp_id, srp_B: gB, current_algo } = await client.call('account.getPassword')
    const { A, M1 } = await client.crypto.getSRPParams({ ...current_algo, gB, password: options.password })
    return client.call('auth.checkPassword', { password: { _: 'inputCheckPasswordSRP', srp_id, A, M1 } })
}

async function main() {
    trust(readFileSync(options.key))
    const client = connected()
    await logIn(client)
    const { id: takeout_id } = await client.call('account.initTakeoutSession', { contacts: true })
    const inside = (method, more) => client.call('invokeWithTakeout', { takeout_id, query: { _: method, ...more } })
    const saved = await inside('contacts.getSaved')
    const contacts = await inside('contacts.getContacts', { hash: 0 })
    const statuses = await inside('contacts.getStatuses')
    await inside('account.finishTakeoutSession', { success: true })

    const { id: user_id, access_hash } = contacts.users.find((user) => user.username && !user.deleted)
    await client.call('contacts.block', { id: { _: 'inputPeerUser', user_id, access_hash } })
    const blocked = await client.call('contacts.getBlocked', { offset: 0, limit: 10 })
    const profile = await client.call('users.getFullUser', { id: { _: 'inputUser', user_id, access_hash } })
    const changed = { user_id, blocked: blocked.blocked, full_user: profile.full_user }
    // an end before everything is written would cut it
    process.stdout.write(`\n${JSON.stringify({ saved, contacts, statuses, changed })}`, () => process.exit(0))
}

main().catch((error) => {
    console.error(error)
    process.exit(1)
})
