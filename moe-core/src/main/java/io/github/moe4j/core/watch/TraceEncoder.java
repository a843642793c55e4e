package io.github.moe4j.core.watch;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.internal.Require;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Turns passes into payloads of records: number of the layer, its name if the number is new, step,
 * flags, T, tokens of a sequence, E, N, dropped, bits of the mask if some token is padding, differences
 * between the tokens of neighbouring assignments, experts, weights. Integers have 7 bits a byte, low
 * ones first, and differences alternate in sign: 0, −1, 1, −2 …
 */
final class TraceEncoder {
  private final TraceWeights weights;
  private final Map<String, Integer> layers = new LinkedHashMap<>();

  TraceEncoder(TraceWeights weights) {
    this.weights = weights;
  }

  byte[] encode(TracedPass pass) {
    Require.that(
        pass.weights().bytes() >= weights.bytes(),
        "a trace with weights %s cannot hold a pass with weights %s",
        weights,
        pass.weights());
    byte[] name = pass.layer().getBytes(StandardCharsets.UTF_8);
    Require.that(
        name.length <= TraceFormat.MAX_NAME_BYTES,
        "name of a traced layer must have at most %d bytes but has %d",
        TraceFormat.MAX_NAME_BYTES,
        name.length);
    Assignments all = pass.assignments();
    byte[] weightBytes = weights(all);
    ByteArrayOutputStream out = new ByteArrayOutputStream(64 + 3 * all.size() + weightBytes.length);
    layer(out, pass.layer(), name);
    boolean masked = !pass.mask().allValid();
    put(out, pass.step());
    put(out, (pass.training() ? TraceFormat.TRAINING : 0) | (masked ? TraceFormat.MASKED : 0));
    put(out, all.tokens());
    put(out, pass.sequenceLength());
    put(out, all.experts());
    put(out, all.size());
    put(out, pass.dropped());
    if (masked) {
      out.writeBytes(bits(pass.mask()));
    }
    int previous = 0;
    for (int n = 0; n < all.size(); n++) {
      int difference = all.token(n) - previous;
      put(out, ((difference << 1) ^ (difference >> 31)) & 0xFFFF_FFFFL);
      previous = all.token(n);
    }
    for (int n = 0; n < all.size(); n++) {
      put(out, all.expert(n));
    }
    out.writeBytes(weightBytes);
    return out.toByteArray();
  }

  private void layer(ByteArrayOutputStream out, String layer, byte[] name) {
    Integer known = layers.get(layer);
    if (known != null) {
      put(out, known);
      return;
    }
    put(out, layers.size());
    put(out, name.length);
    out.writeBytes(name);
    layers.put(layer, layers.size());
  }

  private static byte[] bits(TokenMask mask) {
    byte[] bits = new byte[(mask.tokens() + 7) / 8];
    for (int t = 0; t < mask.tokens(); t++) {
      bits[t / 8] |= (byte) ((mask.valid(t) ? 1 : 0) << t % 8);
    }
    return bits;
  }

  private byte[] weights(Assignments all) {
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(all.size(), weights.bytes()));
    for (int n = 0; weights != TraceWeights.NONE && n < all.size(); n++) {
      if (weights == TraceWeights.FLOAT64) {
        bytes.putDouble(all.weight(n));
      } else {
        bytes.putFloat((float) Require.finite("weight in float32", (float) all.weight(n)));
      }
    }
    return bytes.array();
  }

  private static void put(ByteArrayOutputStream out, long value) {
    long rest = value;
    while (rest >>> 7 != 0) {
      out.write((int) rest & 0x7F | 0x80);
      rest >>>= 7;
    }
    out.write((int) rest);
  }
}
