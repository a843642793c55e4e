package io.github.moe4j.fuzz.frames;

import io.github.moe4j.fuzz.Damage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/**
 * Somebody who has no right certificate, or speaks something else than TLS 1.3, to ranks that do.
 *
 * @param certificates of all
 * @param stranger whose lies are told over TLS too
 * @param random source of what is wrong
 */
record TlsStranger(Certificates certificates, Stranger stranger, SplittableRandom random)
    implements Visitor {
  @Override
  public void bother(Line line) throws IOException {
    ByteArrayOutputStream heard = new ByteArrayOutputStream();
    int kind = random.nextInt(8);
    try {
      switch (kind) {
        case 0 -> {
          stranger.bother(Line.tls(line, certificates.ranks(), isCaller(), Line.TLS));
          return;
        }
        case 1 -> sayAndDrain(tls(line, certificates.others(), Line.TLS), heard);
        case 2 -> sayAndDrain(tls(line, certificates.nobody(), Line.TLS), heard);
        case 3 -> sayAndDrain(tls(line, certificates.ranks(), "TLSv1.2"), heard);
        default -> {
          line.write(plain(kind));
          line.socket().shutdownOutput();
          line.drain(new ByteArrayOutputStream()); // of its own handshake
        }
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("a stranger must be hung up on but was not", e);
    } catch (IOException e) {
      // hung up on
    }
    if (heard.size() > 0) {
      throw new AssertionError("a stranger got %d bytes of the group".formatted(heard.size()));
    }
  }

  private boolean isCaller() {
    return stranger.right().isCaller();
  }

  private Line tls(Line line, SSLContext context, String version) throws IOException {
    return Line.tls(line, context, isCaller(), version);
  }

  private void sayAndDrain(Line line, ByteArrayOutputStream heard) throws IOException {
    line.write(stranger.right().hello(random));
    line.socket().shutdownOutput();
    line.drain(heard);
  }

  /** What is said without TLS, or before it is there: the beginning of a handshake, changed or cut off. */
  private byte[] plain(int kind) throws IOException {
    byte[] first = first();
    return switch (kind) {
      case 4 -> stranger.right().hello(random);
      case 5 -> Arrays.copyOf(first, random.nextInt(first.length));
      case 6 -> Damage.joined(Arrays.copyOf(first, 5), new byte[random.nextInt(2_000)]);
      default -> Damage.of(random, first, false);
    };
  }

  /** The first message of a caller. */
  private byte[] first() throws IOException {
    SSLEngine engine = certificates.ranks().createSSLEngine();
    engine.setUseClientMode(true);
    ByteBuffer message = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), message);
    return Arrays.copyOf(message.array(), message.position());
  }
}
