package io.github.moe4j.fuzz.frames;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.SplittableRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a rank says of itself when it connects, by a program of its own: a hello, then a proof that it knows the secret.
 *
 * @param rank that it says to be
 * @param size number of ranks
 * @param isCaller whether it has called the other
 * @param secret of the group; empty over TLS, where certificates prove who is there
 */
record Greeting(int rank, int size, boolean isCaller, byte[] secret) {
  static final int HELLO = 52;
  static final int PROOF = 32;
  private static final int MAGIC = 0x4d6f4548;

  byte[] hello(SplittableRandom random) {
    byte[] nonce = new byte[32];
    random.nextBytes(nonce);
    return ByteBuffer.allocate(HELLO)
        .putInt(MAGIC)
        .putInt(1)
        .putInt(ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? 1 : 2)
        .putInt(rank)
        .putInt(size)
        .put(nonce)
        .array();
  }

  /** How long a proof is. */
  int proofBytes() {
    return secret.length == 0 ? 0 : PROOF;
  }

  /** Of this side for its own hello and that of the other, or of the other side. */
  byte[] proof(boolean ofCaller, byte[] own, byte[] other) {
    if (proofBytes() == 0) {
      return new byte[0];
    }
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      mac.update((byte) (ofCaller ? 1 : 2));
      mac.update(own);
      return mac.doFinal(other);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has HmacSHA256", e);
    }
  }

  /** Introduces itself rightly; the other must be a rank of the group that knows the secret. */
  void perform(Line line, SplittableRandom random, int otherRank) throws IOException {
    byte[] own = hello(random);
    line.write(own);
    byte[] other = line.read(HELLO);
    byte[] expected = new Greeting(otherRank, size, !isCaller, secret).hello(random);
    if (!Arrays.equals(other, 0, 20, expected, 0, 20)) {
      throw new AssertionError("a wrong hello of the rank: " + Arrays.toString(other));
    }
    line.write(proof(isCaller, own, other));
    if (!Arrays.equals(proof(!isCaller, other, own), line.read(proofBytes()))) {
      throw new AssertionError("the rank must know the secret");
    }
  }
}
