package io.github.moe4j.parallel.net;

import io.github.moe4j.core.internal.Require;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * How two ranks make sure of each other: each sends its rank and a random number, then an HMAC-SHA256 with the secret over
 * both and its role, so that no answer can be replayed or mirrored. With TLS the certificates have shown who is there.
 *
 * @param rank of this side
 * @param size number of ranks
 * @param secret null with TLS
 */
record Handshake(int rank, int size, byte @Nullable [] secret) {
  private static final int MAGIC = 0x4d6f4548;
  private static final int NONCE = 32;
  private static final int VERSION = 1;
  private static final int HELLO = 4 + 4 + 4 + 4 + 4 + NONCE;
  private static final SecureRandom RANDOM = new SecureRandom();

  /**
   * Introduces both sides.
   *
   * @param isCaller whether this side has called the other
   * @return the rank of the other side
   * @throws IOException if it is no rank of this group, or does not know the secret
   */
  int perform(Wire wire, boolean isCaller) throws IOException {
    byte[] nonce = new byte[NONCE];
    RANDOM.nextBytes(nonce);
    ByteBuffer own = ByteBuffer.allocate(HELLO)
        .putInt(MAGIC)
        .putInt(VERSION)
        .putInt(order())
        .putInt(rank)
        .putInt(size)
        .put(nonce)
        .flip();
    wire.write(own.duplicate());
    ByteBuffer other = ByteBuffer.allocate(HELLO);
    wire.read(other);
    other.flip();
    int peer = check(other.duplicate());
    if (secret != null) {
      wire.write(ByteBuffer.wrap(proof(secret, isCaller, own, other)));
      ByteBuffer theirs = ByteBuffer.allocate(32);
      wire.read(theirs);
      if (!MessageDigest.isEqual(theirs.array(), proof(secret, !isCaller, other, own))) {
        throw new IOException("the other side does not know the secret of the group");
      }
    }
    return peer;
  }

  private int check(ByteBuffer hello) throws IOException {
    int magic = hello.getInt();
    int version = hello.getInt();
    int order = hello.getInt();
    int peer = hello.getInt();
    int peers = hello.getInt();
    if (magic != MAGIC || peers != size || peer < 0 || peer >= size || peer == rank) {
      throw new IOException("the other side must be another rank of %d but says %08x, rank %d of %d"
          .formatted(size, magic, peer, peers));
    }
    if (version != VERSION || order != order()) {
      throw new IOException("rank %d must have version %d and byte order %d but has %d and %d"
          .formatted(peer, VERSION, order(), version, order));
    }
    return peer;
  }

  /** Numbers travel as they lie in memory. */
  private static int order() {
    return ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? 1 : 2;
  }

  private static byte[] proof(byte[] secret, boolean ofCaller, ByteBuffer own, ByteBuffer other) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      mac.update((byte) (ofCaller ? 1 : 2));
      mac.update(own.duplicate());
      mac.update(other.duplicate());
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has HmacSHA256", e);
    }
  }

  /** Checks the numbers. */
  Handshake {
    Require.that(rank >= 0 && rank < size, "rank must be in [0, %d) but was %d", size, rank);
  }
}
