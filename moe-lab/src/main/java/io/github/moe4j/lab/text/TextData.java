package io.github.moe4j.lab.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Text as UTF-8 bytes, domain after domain, every line ended by {@code '\n'}. Immutable. */
public final class TextData {

  private final List<String> domainNames;
  private final byte[] bytes;

  /** [domains+1] where each domain starts, and the end of the text. */
  private final int[] starts;

  TextData(List<Domain> domains) {
    domainNames = domains.stream().map(Domain::name).toList();
    starts = new int[domains.size() + 1];
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < domains.size(); i++) {
      for (String line : domains.get(i).lines()) {
        out.writeBytes(line.getBytes(StandardCharsets.UTF_8));
        out.write('\n');
      }
      starts[i + 1] = out.size();
    }
    bytes = out.toByteArray();
  }

  /**
   * Counts the bytes.
   *
   * @return the length of the text
   */
  public int size() {
    return bytes.length;
  }

  /**
   * Names the domains.
   *
   * @return the names in order
   */
  public List<String> domainNames() {
    return domainNames;
  }

  /**
   * Gives the text.
   *
   * @return [size] a copy of the bytes
   */
  public byte[] bytes() {
    return bytes.clone();
  }

  /**
   * Gives the domain of every byte.
   *
   * @return [size] indices into {@link #domainNames()}
   */
  public int[] domains() {
    return domainsFrom(0, bytes.length);
  }

  /**
   * Finds the domain of one byte.
   *
   * @param position from 0 to before {@link #size()}
   * @return an index into {@link #domainNames()}
   */
  public int domainAt(int position) {
    if (position < 0 || position >= bytes.length) {
      throw new IndexOutOfBoundsException(
          "position must be 0 to " + (bytes.length - 1) + " but was " + position);
    }
    int found = Arrays.binarySearch(starts, position);
    return found >= 0 ? found : -found - 2;
  }

  /**
   * Draws windows at random places, each place as likely as any other.
   *
   * @param random where the places come from. Modified.
   * @param batch number of windows, at least 1
   * @param sequence length of a window, at least 1 and less than {@link #size()}
   * @return {@code batch} windows
   */
  public Batch batch(RandomGenerator random, int batch, int sequence) {
    requireWindow(batch, "batch", sequence);
    return windowsAt(random.ints(batch, 0, bytes.length - sequence).toArray(), sequence);
  }

  /**
   * Takes windows that do not overlap, spread evenly from the first byte of the text to the last:
   * always the same ones, for evaluation.
   *
   * @param sequence length of a window, at least 1 and less than {@link #size()}
   * @param maxWindows how many at most, at least 1
   * @return as many windows as fit, or {@code maxWindows} if that is fewer
   */
  public Batch windows(int sequence, int maxWindows) {
    requireWindow(maxWindows, "maxWindows", sequence);
    int last = bytes.length - 1 - sequence;
    int count = Math.min(maxWindows, (bytes.length - 1) / sequence);
    int gaps = Math.max(1, count - 1);
    return windowsAt(
        IntStream.range(0, count).map(i -> (int) ((long) last * i / gaps)).toArray(), sequence);
  }

  private void requireWindow(int count, String name, int sequence) {
    if (count < 1 || sequence < 1) {
      throw new IllegalArgumentException(
          "%s and sequence must be at least 1 but were %d and %d".formatted(name, count, sequence));
    }
    if (sequence >= bytes.length) {
      throw new IllegalArgumentException(
          "a window of %d bytes and the one after needs %d bytes of text but there are %d"
              .formatted(sequence, sequence + 1L, bytes.length));
    }
  }

  private Batch windowsAt(int[] places, int sequence) {
    int size = Math.multiplyExact(places.length, sequence);
    int[] tokens = new int[size];
    int[] targets = new int[size];
    int[] domains = new int[size];
    for (int row = 0; row < places.length; row++) {
      int at = row * sequence;
      for (int i = 0; i < sequence; i++) {
        tokens[at + i] = Byte.toUnsignedInt(bytes[places[row] + i]);
        targets[at + i] = Byte.toUnsignedInt(bytes[places[row] + i + 1]);
      }
      int[] own = domainsFrom(places[row], sequence);
      System.arraycopy(own, 0, domains, at, sequence);
    }
    return new Batch(places.length, sequence, tokens, targets, domains);
  }

  private int[] domainsFrom(int position, int length) {
    int[] domains = new int[length];
    int domain = length == 0 ? 0 : domainAt(position);
    for (int i = 0; i < length; i++) {
      while (position + i >= starts[domain + 1]) {
        domain++;
      }
      domains[i] = domain;
    }
    return domains;
  }
}
