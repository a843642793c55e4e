package io.github.moe4j.core.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import io.github.moe4j.testkit.internal.NamedPipe;
import io.github.moe4j.testkit.internal.OpenFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(Seeds.class)
class TraceFileTest {
  @TempDir
  Path folder;

  /** Any assignments of real tokens, in any order. */
  private static TracedPass pass(String layer, int tokens, int experts, SplittableRandom random) {
    TokenMask mask =
        random.nextBoolean() ? TokenMask.none(tokens) : RandomArrays.mask(random, tokens);
    int[] real = mask.validIndices(0, tokens);
    int size = real.length == 0 ? 0 : random.nextInt(3 * real.length);
    int[] token = new int[size];
    int[] expert = new int[size];
    double[] weight = RandomArrays.normal(random, size);
    for (int n = 0; n < size; n++) {
      token[n] = real[random.nextInt(real.length)];
      expert[n] = random.nextInt(experts);
    }
    return new TracedPass(
        layer,
        random.nextLong(Long.MAX_VALUE),
        random.nextBoolean(),
        Math.max(1, tokens),
        mask,
        Assignments.of(tokens, experts, token, expert, weight),
        TraceWeights.FLOAT64,
        random.nextInt(1000));
  }

  private static List<TracedPass> passes() {
    SplittableRandom random = Seeds.random(1);
    List<TracedPass> all = new ArrayList<>();
    int[] sizes = {0, 1, 3, 7, 8, 9, 200};
    for (int i = 0; i < sizes.length; i++) {
      all.add(pass("block " + i % 2 + " é", sizes[i], 1 + 150 * (i % 3), random));
    }
    return all;
  }

  private Path write(TraceWeights weights, List<TracedPass> passes) throws IOException {
    Path file = folder.resolve("test.trace");
    try (TraceWriter writer = TraceWriter.create(file, weights)) {
      for (TracedPass pass : passes) {
        writer.write(pass);
      }
    }
    return file;
  }

  private static void assertSame(TracedPass expected, TracedPass actual, TraceWeights weights) {
    assertEquals(expected.layer(), actual.layer());
    assertEquals(expected.step(), actual.step());
    assertEquals(expected.training(), actual.training());
    assertEquals(expected.sequenceLength(), actual.sequenceLength());
    assertEquals(expected.mask(), actual.mask());
    assertEquals(expected.dropped(), actual.dropped());
    assertEquals(weights, actual.weights());
    Assignments a = expected.assignments();
    Assignments b = actual.assignments();
    assertEquals(a.experts(), b.experts());
    assertEquals(a.size(), b.size());
    for (int n = 0; n < a.size(); n++) {
      assertEquals(a.token(n), b.token(n));
      assertEquals(a.expert(n), b.expert(n));
      double weight = weights == TraceWeights.FLOAT64
          ? a.weight(n)
          : weights == TraceWeights.FLOAT32 ? (float) a.weight(n) : 0;
      assertEquals(weight, b.weight(n));
    }
  }

  @ParameterizedTest
  @EnumSource(TraceWeights.class)
  void readAll_written_isTheSame(TraceWeights weights) throws IOException {
    List<TracedPass> passes = passes();
    List<TracedPass> read = TraceReader.readAll(write(weights, passes));
    assertEquals(passes.size(), read.size());
    for (int i = 0; i < read.size(); i++) {
      assertSame(passes.get(i), read.get(i), weights);
    }
  }

  @Test
  void readAll_noPasses_isEmpty() throws IOException {
    Path file = write(TraceWeights.NONE, List.of());
    assertEquals(List.of(), TraceReader.readAll(file));
    try (TraceReader reader = TraceReader.open(file)) {
      assertNull(reader.next());
      assertNull(reader.next());
      assertEquals(TraceWeights.NONE, reader.weights());
    }
  }

  @Test
  void write_withoutWeights_takesTwoBytesAnAssignment() throws IOException {
    int[] token = new int[2000];
    int[] expert = new int[2000];
    Arrays.setAll(token, n -> n / 2);
    Arrays.setAll(expert, n -> n % 128);
    Assignments all = Assignments.of(1000, 128, token, expert, new double[2000]);
    TokenMask mask = TokenMask.none(1000);
    TracedPass pass = new TracedPass("moe", 0, false, 1000, mask, all, TraceWeights.FLOAT64, 0);
    long bytes = Files.size(write(TraceWeights.NONE, List.of(pass)));
    assertTrue(bytes >= 4000 && bytes < 4000 + 64, bytes + " bytes");
  }

  @Test
  void readAll_anyByteChanged_isRefusedWithItsFile() throws IOException {
    Path file = write(TraceWeights.FLOAT64, passes().subList(0, 5));
    byte[] good = Files.readAllBytes(file);
    SplittableRandom random = Seeds.random(2);
    for (int i = 0; i < good.length; i++) {
      for (int change : new int[] {1, 0x80, 1 + random.nextInt(255)}) {
        byte[] bad = good.clone();
        bad[i] ^= (byte) change;
        Files.write(file, bad);
        IOException e =
            assertThrows(IOException.class, () -> TraceReader.readAll(file), "byte " + i);
        assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
      }
    }
  }

  @Test
  void readAll_cutOffAnywhereOrLonger_isRefused() throws IOException {
    Path file = write(TraceWeights.FLOAT32, passes().subList(0, 5));
    byte[] good = Files.readAllBytes(file);
    for (int length = 0; length < good.length; length++) {
      Files.write(file, Arrays.copyOf(good, length));
      assertThrows(IOException.class, () -> TraceReader.readAll(file), length + " bytes");
    }
    Files.write(file, Arrays.copyOf(good, good.length + 1));
    assertThrows(IOException.class, () -> TraceReader.readAll(file));
  }

  @Test
  void next_damagedThirdRecord_givesTwoThenNamesRecordAndByte() throws IOException {
    List<TracedPass> passes = passes().subList(2, 6);
    long third = Files.size(write(TraceWeights.FLOAT64, passes.subList(0, 2))) - 16;
    Path file = write(TraceWeights.FLOAT64, passes);
    byte[] bytes = Files.readAllBytes(file);
    bytes[(int) third + 6] ^= 1;
    Files.write(file, bytes);
    try (TraceReader reader = TraceReader.open(file)) {
      assertSame(passes.get(0), reader.next(), TraceWeights.FLOAT64);
      assertSame(passes.get(1), reader.next(), TraceWeights.FLOAT64);
      IOException e = assertThrows(IOException.class, reader::next);
      assertEquals(
          file + ": record 2 at byte " + third + " is damaged: its checksum differs",
          e.getMessage());
    }
  }

  /** Payloads whose check sum is right: layer 0 named "a", then the given numbers. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "1 1 97", // layer 1 before layer 0
        "0 127 97", // a name longer than the record
        "0 1 97 0 4", // unknown flag
        "0 1 97 0 0 -1 -1 -1 -1 127 1 1 0 0", // 34 thousand million tokens
        "0 1 97 0 0 1 1 1 -1 -1 -1 127 0", // more assignments than bytes
        "0 1 97 0 0 1 1 0 0 0", // no experts
        "0 1 97 0 2 9 9 1 0 0 1", // a mask cut off
        "0 1 97 0 0 4 3 1 0 0", // 4 tokens in sequences of 3
        "0 1 97 0 0 1 1 1 1 0 2 0 0 0 0 0 0 0 0 0", // token 1 of 1
        "0 1 97 0 0 1 1 1 1 0 0 1 0 0 0 0 0 0 0 0", // expert 1 of 1
        "0 1 97 0 0 1 1 1 1 0 0 0 127 -16 0 0 0 0 0 0", // weight infinite
        "0 1 97 0 0 1 1 1 0 0 5", // a byte left over
        "-1 -1 -1 -1 -1 -1 -1 -1 -1 -1 0" // a number without end
      })
  void next_rightSumOfWrongNumbers_isRefused(String numbers) throws IOException {
    IOException e = assertThrows(IOException.class, () -> TraceReader.readAll(trace(numbers)));
    assertTrue(e.getMessage().contains("record 0 at byte 14 is damaged"), e.getMessage());
  }

  /** A trace of one record with this payload and the right check sums. */
  private Path trace(String numbers) throws IOException {
    byte[] payload = new byte[numbers.split(" ").length];
    for (int i = 0; i < payload.length; i++) {
      payload[i] = (byte) Integer.parseInt(numbers.split(" ")[i]);
    }
    ByteBuffer record = ByteBuffer.allocate(payload.length + 8);
    record.putInt(payload.length).put(payload);
    record.putInt(TraceFormat.crc(record.array(), record.position()));
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(TraceFormat.header(TraceWeights.FLOAT64));
    all.writeBytes(record.array());
    all.writeBytes(TraceFormat.end(1));
    return Files.write(folder.resolve("wrong.trace"), all.toByteArray());
  }

  /** The same of numbers that are wrong by one, or too few. */
  @ParameterizedTest
  @CsvSource({
    "0 1 97 0 0 1 1 1 2 0 0 0, assignments must be at most 1 but was 2",
    "0 1 97 0 0 1 1 1 1 0 0 0 63 -16, 8 bytes are needed but 2 remain",
    "0 1 97 0, 1 bytes are needed but 0 remain",
    "-128 -128 -128 -128 -128 -128 -128 -128 -128 1 1 97 0 0 1 1 1 0 0, "
        + "number of the layer has too many bytes",
  })
  void next_rightSumOfWrongNumbers_saysWhatIsWrong(String numbers, String expected)
      throws IOException {
    Path file = trace(numbers);
    assertEquals(
        file + ": record 0 at byte 14 is damaged: " + expected,
        assertThrows(IOException.class, () -> TraceReader.readAll(file)).getMessage());
  }

  private static String refusal(TraceReader reader) {
    return assertThrows(IOException.class, reader::next).getMessage();
  }

  @ParameterizedTest
  @CsvSource({
    "1073741824, the file is cut off",
    "1073741825, its length must be at most 1073741824 but was 1073741825",
    "-1, its length must be at most 1073741824 but was 4294967295",
  })
  void next_lengthOfNoRecord_isRefused(int length, String expected) throws IOException {
    Path file = folder.resolve("length.trace");
    Files.write(
        file,
        ByteBuffer.allocate(14 + 4)
            .put(TraceFormat.header(TraceWeights.NONE))
            .putInt(length)
            .array());
    try (TraceReader reader = TraceReader.open(file)) {
      assertEquals(file + ": record 0 at byte 14 is damaged: " + expected, refusal(reader));
    }
  }

  @Test
  void open_headerAlone_isATraceThatIsCutOff() throws IOException {
    Path file = folder.resolve("header.trace");
    Files.write(file, TraceFormat.header(TraceWeights.FLOAT32));
    try (TraceReader reader = TraceReader.open(file)) {
      assertEquals(TraceWeights.FLOAT32, reader.weights());
      assertEquals(file + ": record 0 at byte 14 is damaged: the file is cut off", refusal(reader));
    }
    Files.write(file, new byte[13]);
    assertEquals(
        file + " is not a trace: it has 13 bytes",
        assertThrows(IOException.class, () -> TraceReader.open(file)).getMessage());
    assertFalse(OpenFiles.has(file));
  }

  @Test
  void next_fileGrowsMeanwhile_isReadAsItWasWhenOpened() throws IOException {
    Path file = write(TraceWeights.NONE, passes());
    byte[] whole = Files.readAllBytes(file);
    int cut = whole.length - 4; // in the check sum of the end mark
    Files.write(file, Arrays.copyOf(whole, cut));
    try (TraceReader reader = TraceReader.open(file)) {
      Files.write(file, Arrays.copyOfRange(whole, cut, whole.length), StandardOpenOption.APPEND);
      for (int i = 0; i < passes().size(); i++) {
        reader.next();
      }
      assertTrue(refusal(reader).endsWith(" is damaged: the file is cut off"));
    }
    assertEquals(passes().size(), TraceReader.readAll(file).size());
  }

  @Test
  void next_afterClose_isAnError() throws IOException {
    Path file = write(TraceWeights.NONE, passes());
    TraceReader reader = TraceReader.open(file);
    reader.next();
    assertTrue(OpenFiles.has(file));
    reader.close();
    assertFalse(OpenFiles.has(file));
    assertThrows(IOException.class, reader::next);
  }

  @Test
  void write_longestNameOfALayer_isReadAgainAndOneByteMoreIsRefused() throws IOException {
    String longest = "é".repeat(2048); // of 2 bytes each
    SplittableRandom random = Seeds.random(3);
    Path file = write(TraceWeights.NONE, List.of(pass(longest, 1, 1, random)));
    assertEquals(longest, TraceReader.readAll(file).get(0).layer());
    TracedPass longer = pass(longest + "e", 1, 1, random);
    Exception e = assertThrows(
        IllegalArgumentException.class, () -> write(TraceWeights.NONE, List.of(longer)));
    assertEquals(
        "name of a traced layer must have at most 4096 bytes but has 4097", e.getMessage());
  }

  @Test
  void passed_layerWithTrace_recordsWhatItDecided() throws IOException {
    Path file = folder.resolve("layer.trace");
    TraceWriter writer = TraceWriter.create(file);
    MoeLayer layer = WatchedLayer.builder("block 0").listener(writer).build();
    TokenBatch input = TokenBatch.training(WatchedLayer.normal(3, 6)).atStep(5);
    try (MoePass pass = layer.forward(input.withSequenceLength(3))) {
      writer.close();
      TracedPass read = TraceReader.readAll(file).get(0);
      assertSame(TracedPass.of(pass), read, TraceWeights.FLOAT64);
      assertEquals(5, read.step());
      assertTrue(read.training());
      assertEquals(3, read.dropped());
    }
    assertThrows(IllegalStateException.class, () -> layer.forward(input), "the trace is closed");
  }

  @Test
  void write_weightsOfLessThanTheTrace_isRefused() throws IOException {
    Path file = write(TraceWeights.NONE, passes());
    TracedPass without = TraceReader.readAll(file).get(6);
    assertThrows(
        IllegalArgumentException.class, () -> write(TraceWeights.FLOAT64, List.of(without)));
  }

  @Test
  void readAll_manyHugeBatchesWithoutPadding_noMemoryForThem() throws IOException {
    int tokens = TracedPass.MAX_TOKENS;
    TracedPass huge = new TracedPass(
        "a",
        0,
        false,
        tokens,
        TokenMask.none(tokens),
        Assignments.of(tokens, 1, new int[] {5}, new int[] {0}, new double[] {1}),
        TraceWeights.FLOAT64,
        0);
    // A flag for each token would take 16 MB a pass: 16 GB, more than the tests may have.
    Path file = write(TraceWeights.NONE, Collections.nCopies(1000, huge));
    assertTrue(Files.size(file) < 40_000);
    List<TracedPass> all = TraceReader.readAll(file);
    assertEquals(1000, all.size());
    assertEquals(tokens, all.get(999).mask().validTokens());
  }

  @Test
  void open_namedPipe_isRefusedAtOnce() {
    Path pipe = NamedPipe.create(folder.resolve("pipe"));
    assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
      Exception e = assertThrows(IOException.class, () -> TraceReader.open(pipe));
      assertEquals(pipe + ": is not a regular file", e.getMessage());
    });
  }

  @Test
  void write_diskFull_namesTheFile() throws IOException {
    Path full = Path.of("/dev/full");
    Assumptions.assumeTrue(Files.isWritable(full), "no such device here");
    TraceWriter writer = TraceWriter.create(full);
    Exception e = assertThrows(IOException.class, writer::close);
    assertTrue(e.getMessage().startsWith("/dev/full: "), e.getMessage());
  }

  @Test
  void create_inPlaceOfAFolder_namesIt() {
    Exception e = assertThrows(IOException.class, () -> TraceWriter.create(folder));
    assertTrue(e.getMessage().startsWith(folder + ": "), e.getMessage());
  }
}
