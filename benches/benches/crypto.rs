//! The cryptography of a connection: ours beside grammers-crypto, and beside what no implementation can beat.
//!
//! - `ige-decrypt`, `ige-encrypt`: AES-256-IGE in place. `aes-chain` runs every block through AES alone, each one's input
//!   the output of the one before: IGE is such a chain, with two XORs a link.
//! - `factorise`: the `pq` of a key exchange, over several products.
//! - `modpow`: 2048 bits, as in a key exchange, beside num-bigint. Ours is AWS-LC's, as in the program (the feature
//!   `aws-lc` of mtproto).
//!
//! `cargo bench -p benches --bench crypto --profile release` measures with the profile that is shipped, and so does
//! `cargo xtask bench`.

use std::hint::black_box;

use aes::cipher::common::BlockSizeUser;
use aes::cipher::consts::U16;
use aes::cipher::{
    BlockCipherDecBackend, BlockCipherDecClosure, BlockCipherDecrypt as _, BlockCipherEncBackend,
    BlockCipherEncClosure, BlockCipherEncrypt as _, KeyInit as _,
};
use aes::{Aes256Dec, Aes256Enc, Block};
use benches::cpu_time::{self, CpuTime};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mtproto::crypto::dh::KNOWN_PRIME;
use mtproto::crypto::ige::{self, KeyIv};
use mtproto::crypto::{factor, mod_pow};
use num_bigint::BigUint;

const SIZES: [usize; 3] = [1 << 10, 64 << 10, 1 << 20];

const KEY: [u8; 32] = [0x5a; 32];
const IV: [u8; 32] = [0xc3; 32];

/// Products of two primes of 31 or 32 bits, as servers send them; the first is that of the published exchange.
const PRODUCTS: [u64; 4] = [
    1_724_114_033_281_923_457,
    2_694_724_800_268_887_959,
    2_147_483_647 * 2_147_483_629,
    4_294_967_291 * 2_147_483_587,
];

/// So many blocks through AES, one after the other.
struct Chain(usize);

impl BlockSizeUser for Chain {
    type BlockSize = U16;
}

impl BlockCipherDecClosure for Chain {
    #[inline]
    fn call<B: BlockCipherDecBackend<BlockSize = U16>>(self, backend: &B) {
        let mut block = Block::default();
        for _ in 0..self.0 {
            backend.decrypt_block_inplace(&mut block);
        }
        black_box(block);
    }
}

impl BlockCipherEncClosure for Chain {
    #[inline]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let mut block = Block::default();
        for _ in 0..self.0 {
            backend.encrypt_block_inplace(&mut block);
        }
        black_box(block);
    }
}

fn ige_both_ways(criterion: &mut Criterion<CpuTime>) {
    for size in SIZES {
        let mut text = vec![7; size];
        let keys = KeyIv { key: KEY, iv: IV };
        let throughput = Throughput::Bytes(u64::try_from(size).unwrap_or(u64::MAX));

        let mut group = criterion.benchmark_group("ige-decrypt");
        group.throughput(throughput.clone());
        group.bench_function(BenchmarkId::new("aes-chain", size), |bencher| {
            bencher.iter(|| Aes256Dec::new((&KEY).into()).decrypt_with_backend(Chain(size / 16)));
        });
        group.bench_function(BenchmarkId::new("ours", size), |bencher| {
            bencher.iter(|| ige::decrypt(&keys, black_box(&mut text)));
        });
        group.bench_function(BenchmarkId::new("grammers", size), |bencher| {
            bencher.iter(|| grammers_crypto::aes::ige_decrypt(black_box(&mut text), &KEY, &IV));
        });
        group.finish();

        let mut group = criterion.benchmark_group("ige-encrypt");
        group.throughput(throughput);
        group.bench_function(BenchmarkId::new("aes-chain", size), |bencher| {
            bencher.iter(|| Aes256Enc::new((&KEY).into()).encrypt_with_backend(Chain(size / 16)));
        });
        group.bench_function(BenchmarkId::new("ours", size), |bencher| {
            bencher.iter(|| ige::encrypt(&keys, black_box(&mut text)));
        });
        group.bench_function(BenchmarkId::new("grammers", size), |bencher| {
            bencher.iter(|| grammers_crypto::aes::ige_encrypt(black_box(&mut text), &KEY, &IV));
        });
        group.finish();
    }
}

fn factorise(criterion: &mut Criterion<CpuTime>) {
    let mut group = criterion.benchmark_group("factorise");
    group.throughput(Throughput::Elements(4));
    group.bench_function(BenchmarkId::new("ours", PRODUCTS.len()), |bencher| {
        bencher.iter(|| PRODUCTS.map(|pq| factor::factorise(black_box(pq)).map(|factors| factors.p)));
    });
    group.bench_function(BenchmarkId::new("grammers", PRODUCTS.len()), |bencher| {
        bencher.iter(|| PRODUCTS.map(|pq| grammers_crypto::factorize(black_box(pq)).0));
    });
    group.finish();
}

fn modpow(criterion: &mut Criterion<CpuTime>) {
    let (base, exponent) = ([0x5b; 256], [0xe7; 256]);
    let mut group = criterion.benchmark_group("modpow");
    group.bench_function(BenchmarkId::new("ours", 2048), |bencher| {
        bencher.iter(|| mod_pow(black_box(&base), black_box(&exponent), &KNOWN_PRIME));
    });
    group.bench_function(BenchmarkId::new("num-bigint", 2048), |bencher| {
        bencher.iter(|| {
            let number = |bytes: &[u8]| BigUint::from_bytes_be(black_box(bytes));
            number(&base).modpow(&number(&exponent), &number(&KNOWN_PRIME)).to_bytes_be()
        });
    });
    group.finish();
}

criterion_group! { name = crypto; config = cpu_time::criterion(); targets = ige_both_ways, factorise, modpow }
criterion_main!(crypto);
