package io.github.moe4j.core.watch;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.internal.Require;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns payloads back into passes. Every number is checked before anything of its size is allocated; an
 * {@link IllegalArgumentException} says what is wrong.
 */
final class TraceDecoder {
  private final TraceWeights weights;
  private final List<String> layers = new ArrayList<>();

  TraceDecoder(TraceWeights weights) {
    this.weights = weights;
  }

  TracedPass decode(byte[] payload) {
    ByteBuffer in = ByteBuffer.wrap(payload);
    String layer = layer(in);
    long step = get(in, "step", Long.MAX_VALUE);
    int flags = count(in, "flags", TraceFormat.TRAINING | TraceFormat.MASKED);
    int tokens = count(in, "tokens", TracedPass.MAX_TOKENS);
    int sequenceLength = count(in, "sequence length", Integer.MAX_VALUE);
    int experts = count(in, "experts", TracedPass.MAX_EXPERTS);
    int size = count(in, "assignments", payload.length / (2 + weights.bytes()));
    int dropped = count(in, "dropped", Integer.MAX_VALUE);
    TokenMask mask = (flags & TraceFormat.MASKED) == 0 ? TokenMask.none(tokens) : mask(in, tokens);
    Assignments assignments = assignments(in, tokens, experts, size);
    Require.that(!in.hasRemaining(), "%d bytes remain unread", in.remaining());
    boolean training = (flags & TraceFormat.TRAINING) != 0;
    return new TracedPass(
        layer, step, training, sequenceLength, mask, assignments, weights, dropped);
  }

  private String layer(ByteBuffer in) {
    int number = count(in, "number of the layer", layers.size());
    if (number == layers.size()) {
      int length = count(in, "length of a name", TraceFormat.MAX_NAME_BYTES);
      requireLeft(in, length);
      byte[] name = new byte[length];
      in.get(name);
      layers.add(new String(name, StandardCharsets.UTF_8));
    }
    return layers.get(number);
  }

  private static TokenMask mask(ByteBuffer in, int tokens) {
    requireLeft(in, (tokens + 7) / 8);
    boolean[] valid = new boolean[tokens];
    byte bits = 0;
    for (int t = 0; t < tokens; t++) {
      bits = t % 8 == 0 ? in.get() : bits;
      valid[t] = (bits >> t % 8 & 1) != 0;
    }
    return TokenMask.of(valid);
  }

  private Assignments assignments(ByteBuffer in, int tokens, int experts, int size) {
    int[] token = new int[size];
    int[] expert = new int[size];
    double[] weight = new double[size];
    int previous = 0;
    for (int n = 0; n < size; n++) {
      int code = (int) get(in, "token", 0xFFFF_FFFFL);
      token[n] = previous + ((code >>> 1) ^ -(code & 1));
      previous = token[n];
    }
    for (int n = 0; n < size; n++) {
      expert[n] = count(in, "expert", TracedPass.MAX_EXPERTS);
    }
    requireLeft(in, size * weights.bytes());
    for (int n = 0; weights != TraceWeights.NONE && n < size; n++) {
      weight[n] = weights == TraceWeights.FLOAT64 ? in.getDouble() : in.getFloat();
    }
    return Assignments.wrap(tokens, experts, token, expert, weight);
  }

  private static int count(ByteBuffer in, String name, int max) {
    return (int) get(in, name, max);
  }

  private static long get(ByteBuffer in, String name, long max) {
    long value = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      requireLeft(in, 1);
      byte next = in.get();
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        if (value > max) {
          Require.that(false, "%s must be at most %d but was %d", name, max, value);
        }
        return value;
      }
    }
    throw new IllegalArgumentException(name + " has too many bytes");
  }

  private static void requireLeft(ByteBuffer in, int bytes) {
    if (in.remaining() < bytes) {
      Require.that(false, "%d bytes are needed but %d remain", bytes, in.remaining());
    }
  }
}
