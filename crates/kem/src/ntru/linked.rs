//! Calls into the C implementation of NTRU-HPS-4096-821 (PQClean) that `pqcrypto-ntru` compiles and links.
//!
//! The crate's own functions draw their coins inside C. The functions below take them as arguments, so that a key pair
//! comes from a seed and an encapsulation from a generator that the caller names. This is the only `unsafe` code of
//! the workspace; the tests of [`super`] compare every function with an independent implementation, byte for byte.
#![expect(
    unsafe_code,
    reason = "the leaf that calls the C implementation of NTRU"
)]

// Without a mention of the crate its C library would not be linked.
use pqcrypto_ntru::ntruhps4096821 as c;

use super::{CIPHERTEXT_LEN, COINS_LEN, PUBLIC_KEY_LEN, SECRET_KEY_LEN, SHARED_SECRET_LEN};
use zeroize::Zeroize;

const N: usize = 821;
/// Two polynomials with coefficients in {0, 1, 2}, five to a byte: what the shared secret is the hash of.
pub(super) const MESSAGE_LEN: usize = 2 * PACKED_LEN;
const PACKED_LEN: usize = 164;

const _: () = assert!(
    c::public_key_bytes() == PUBLIC_KEY_LEN
        && c::secret_key_bytes() == SECRET_KEY_LEN
        && c::ciphertext_bytes() == CIPHERTEXT_LEN
        && c::shared_secret_bytes() == SHARED_SECRET_LEN
);

/// `poly` of PQClean's `poly.h`.
#[repr(C)]
struct Poly {
    coeffs: [u16; N],
}

impl Poly {
    fn zero() -> Self {
        Self { coeffs: [0; N] }
    }
}

impl Drop for Poly {
    fn drop(&mut self) {
        self.coeffs.zeroize();
    }
}

unsafe extern "C" {
    fn PQCLEAN_NTRUHPS4096821_CLEAN_owcpa_keypair(pk: *mut u8, sk: *mut u8, seed: *const u8);
    fn PQCLEAN_NTRUHPS4096821_CLEAN_sample_rm(r: *mut Poly, m: *mut Poly, coins: *const u8);
    fn PQCLEAN_NTRUHPS4096821_CLEAN_poly_S3_tobytes(out: *mut u8, a: *const Poly);
    fn PQCLEAN_NTRUHPS4096821_CLEAN_poly_Z3_to_Zq(r: *mut Poly);
    fn PQCLEAN_NTRUHPS4096821_CLEAN_owcpa_enc(
        ct: *mut u8,
        r: *const Poly,
        m: *const Poly,
        pk: *const u8,
    );
    fn PQCLEAN_NTRUHPS4096821_CLEAN_crypto_kem_dec(
        ss: *mut u8,
        ct: *const u8,
        sk: *const u8,
    ) -> i32;
}

/// Writes the public key and the secret key but for its last 32 bytes, which C leaves untouched.
pub(super) fn keypair(
    public: &mut [u8; PUBLIC_KEY_LEN],
    secret: &mut [u8; SECRET_KEY_LEN],
    coins: &[u8; COINS_LEN],
) {
    // SAFETY: the three arrays have the sizes of params.h (PUBLICKEYBYTES, OWCPA_SECRETKEYBYTES + 32 of which the
    // first part is written, SAMPLE_FG_BYTES), do not overlap, and are only used during the call.
    unsafe {
        PQCLEAN_NTRUHPS4096821_CLEAN_owcpa_keypair(
            public.as_mut_ptr(),
            secret.as_mut_ptr(),
            coins.as_ptr(),
        )
    }
}

/// Writes the ciphertext, and the message whose SHA3-256 is the shared secret.
pub(super) fn encrypt(
    ciphertext: &mut [u8; CIPHERTEXT_LEN],
    message: &mut [u8; MESSAGE_LEN],
    public: &[u8; PUBLIC_KEY_LEN],
    coins: &[u8; COINS_LEN],
) {
    let (mut r, mut m) = (Poly::zero(), Poly::zero());
    let (packed_r, packed_m) = message.split_at_mut(PACKED_LEN);
    // SAFETY: `Poly` has the layout of `poly`; `coins` has SAMPLE_RM_BYTES; each half of `message` has
    // PACK_TRINARY_BYTES; ciphertext and public key have OWCPA_BYTES and OWCPA_PUBLICKEYBYTES. Nothing overlaps, and
    // no pointer outlives its call. The order is that of crypto_kem_enc in kem.c.
    unsafe {
        PQCLEAN_NTRUHPS4096821_CLEAN_sample_rm(&raw mut r, &raw mut m, coins.as_ptr());
        PQCLEAN_NTRUHPS4096821_CLEAN_poly_S3_tobytes(packed_r.as_mut_ptr(), &raw const r);
        PQCLEAN_NTRUHPS4096821_CLEAN_poly_S3_tobytes(packed_m.as_mut_ptr(), &raw const m);
        PQCLEAN_NTRUHPS4096821_CLEAN_poly_Z3_to_Zq(&raw mut r);
        PQCLEAN_NTRUHPS4096821_CLEAN_owcpa_enc(
            ciphertext.as_mut_ptr(),
            &raw const r,
            &raw const m,
            public.as_ptr(),
        );
    }
}

/// Writes the shared secret, or for a ciphertext that nobody made for this key a pseudo-random one (implicit rejection).
pub(super) fn decapsulate(
    shared: &mut [u8; SHARED_SECRET_LEN],
    ciphertext: &[u8; CIPHERTEXT_LEN],
    secret: &[u8; SECRET_KEY_LEN],
) {
    // SAFETY: the three arrays have the sizes BYTES, CIPHERTEXTBYTES and SECRETKEYBYTES, do not overlap, and are only
    // used during the call. The result is 0 for every input.
    unsafe {
        PQCLEAN_NTRUHPS4096821_CLEAN_crypto_kem_dec(
            shared.as_mut_ptr(),
            ciphertext.as_ptr(),
            secret.as_ptr(),
        );
    }
}
