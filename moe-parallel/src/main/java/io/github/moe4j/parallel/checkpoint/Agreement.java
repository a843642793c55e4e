package io.github.moe4j.parallel.checkpoint;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.group.GroupException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All ranks succeed, or all get the error of the first that does not.
 *
 * @param group of the ranks
 * @param error makes an exception of a message
 */
record Agreement(Group group, Function<String, IOException> error) {
  private static final int TEXT = 128 * Long.BYTES;

  /** What one rank does. */
  @FunctionalInterface
  interface Work {
    /** Does it. */
    void run() throws IOException;
  }

  /** Runs the work of this rank and waits for that of the others. */
  void require(Work work) throws IOException {
    Throwable own = null;
    try {
      work.run();
    } catch (GroupException e) {
      throw e;
    } catch (IOException | RuntimeException | Error e) { // out of memory is one for all, too
      own = e;
    }
    long[][] all = group.allGather(encode(own));
    for (int r = 0; r < all.length; r++) {
      if (all[r][0] >= 0) {
        String text = decode(all[r]);
        IOException failed = error.apply(group.size() == 1 ? text : "rank " + r + ": " + text);
        failed.initCause(own);
        if (own instanceof Error error) {
          throw error;
        }
        throw failed;
      }
    }
  }

  /** The length of the message, -1 for none, and its bytes. */
  private static long[] encode(@Nullable Throwable failure) {
    ByteBuffer bytes = ByteBuffer.allocate(TEXT);
    long length = -1;
    if (failure != null) {
      // The message of these is often a name alone, or what is missing.
      String text = failure instanceof FileSystemException || failure instanceof Error
          ? failure.getClass().getSimpleName() + ": " + failure.getMessage()
          : String.valueOf(failure.getMessage());
      byte[] all = text.getBytes(StandardCharsets.UTF_8);
      length = Math.min(all.length, TEXT);
      bytes.put(all, 0, (int) length);
    }
    long[] sent = new long[1 + TEXT / Long.BYTES];
    sent[0] = length;
    bytes.clear().asLongBuffer().get(sent, 1, sent.length - 1);
    return sent;
  }

  private static String decode(long[] sent) {
    ByteBuffer bytes = ByteBuffer.allocate(TEXT);
    bytes.asLongBuffer().put(sent, 1, sent.length - 1);
    return new String(
        Arrays.copyOf(bytes.array(), (int) Math.min(sent[0], TEXT)), StandardCharsets.UTF_8);
  }
}
