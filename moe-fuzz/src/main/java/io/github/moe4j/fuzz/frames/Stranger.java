package io.github.moe4j.fuzz.frames;

import io.github.moe4j.fuzz.Damage;
import io.github.moe4j.fuzz.Draw;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Somebody who is no rank of the group, or lies in the handshake: must be hung up on.
 *
 * @param right what a rank would say
 * @param other number of the rank that is examined
 * @param random source of the lie
 */
record Stranger(Greeting right, int other, SplittableRandom random) implements Visitor {
  /** Places of magic, version, byte order, rank and size. */
  private static final int[] FIELDS = {0, 4, 8, 12, 16};

  /** Says something wrong; the rank may say hello and a proof, and nothing more. */
  @Override
  public void bother(Line line) throws IOException {
    int said;
    ByteArrayOutputStream heard = new ByteArrayOutputStream();
    try {
      said = say(line);
      line.socket().shutdownOutput();
      line.drain(heard);
    } catch (SocketTimeoutException e) {
      throw new AssertionError("a stranger must be hung up on but was not", e);
    } catch (IOException e) {
      return; // hung up on before it could say all
    }
    if (said + heard.size() > Greeting.HELLO + right.proofBytes()) {
      throw new AssertionError(
          "a stranger got %d bytes of the group".formatted(said + heard.size()));
    }
  }

  /** Returns how many bytes it has read. */
  private int say(Line line) throws IOException {
    byte[] hello = right.hello(random);
    switch (random.nextInt(right.proofBytes() == 0 ? 2 : 7)) {
      case 0 -> {
        return introduce(line, lie(hello), right);
      }
      case 1 -> {
        byte[] bytes = new byte[random.nextInt(200)];
        random.nextBytes(bytes);
        line.write(bytes);
        return 0;
      }
      case 2 -> {
        byte[] secret = right.secret().clone();
        secret[random.nextInt(secret.length)] ^= (byte) (1 << random.nextInt(8));
        Greeting without = new Greeting(right.rank(), right.size(), right.isCaller(), secret);
        return introduce(line, hello, without);
      }
      case 3 -> { // an answer to another challenge
        line.write(hello);
        line.read(Greeting.HELLO);
        line.write(right.proof(right.isCaller(), hello, right.hello(random)));
        return Greeting.HELLO;
      }
      case 4 -> { // what the rank says, sent back
        line.write(line.read(Greeting.HELLO));
        line.write(line.read(Greeting.PROOF));
        return Greeting.HELLO + Greeting.PROOF;
      }
      case 5 -> { // the proof of the other role
        line.write(hello);
        byte[] theirs = line.read(Greeting.HELLO);
        line.write(right.proof(!right.isCaller(), hello, theirs));
        return Greeting.HELLO;
      }
      default -> {
        line.write(hello);
        byte[] theirs = line.read(Greeting.HELLO);
        byte[] proof = right.proof(right.isCaller(), hello, theirs);
        byte[] wrong = Damage.of(random, proof, false);
        boolean isRight = wrong.length >= proof.length
            && Arrays.equals(proof, 0, proof.length, wrong, 0, proof.length);
        line.write(isRight ? new byte[Greeting.PROOF] : wrong);
        return Greeting.HELLO;
      }
    }
  }

  private static int introduce(Line line, byte[] hello, Greeting greeting) throws IOException {
    line.write(hello);
    byte[] theirs = line.read(Greeting.HELLO);
    line.write(greeting.proof(greeting.isCaller(), hello, theirs));
    return Greeting.HELLO;
  }

  /** One wrong number, whose proof is right. */
  private byte[] lie(byte[] hello) {
    int place = Draw.of(random, FIELDS);
    ByteBuffer said = ByteBuffer.wrap(hello);
    int truth = said.getInt(place);
    int lie = truth;
    while (lie == truth || place == 12 && lie > other && lie < right.size()) {
      lie = Draw.oneIn(random, 2) ? (int) Damage.lie(random) : random.nextInt(right.size() + 1);
    }
    return said.putInt(place, lie).array();
  }
}
