package io.github.moe4j.fuzz.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.checkpoint.CheckpointException;
import io.github.moe4j.fuzz.FuzzFailure;
import io.github.moe4j.fuzz.FuzzOptions;
import io.github.moe4j.fuzz.FuzzReport;
import io.github.moe4j.fuzz.FuzzTarget;
import io.github.moe4j.fuzz.Fuzzer;
import io.github.moe4j.testkit.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FileTargetTest {
  @TempDir
  private Path folder;

  private static FuzzReport run(FuzzTarget target, int files) {
    return Fuzzer.of(target).run(new FuzzOptions(Seeds.seed(), files, 600));
  }

  @Test
  void run_library_hasNoFault() throws IOException {
    FileTarget target = FileTarget.in(folder);
    target.readRight();
    FuzzReport report = run(target, 800);
    Set<String> kinds = Set.of(
        "checkpoint",
        "safetensors",
        "shards",
        "trace",
        "ranks",
        "meeting",
        "report",
        "model",
        "layout",
        "adapter",
        "inspect",
        "state",
        "options");
    for (String kind : kinds) {
      assertTrue(report.tally().outcomes().getOrDefault(kind, 0L) > 20, report.row());
    }
    assertEquals(800, report.cases());
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void run_plantedFault_isFound(Fault fault) {
    FuzzFailure failure =
        assertThrows(FuzzFailure.class, () -> run(FileTarget.of(folder, new Faulty(fault)), 5_000));
    assertTrue(failure.getMessage().contains(fault.says), failure.getMessage());
  }

  private enum Fault {
    /** A length is believed. */
    MEMORY("bytes of heap"),
    /** A number is not checked before it is used. */
    INDEX("must be refused by its exception"),
    /** An error does not say in which file. */
    UNNAMED("which names the file"),
    /** Damage is not noticed. */
    UNNOTICED("must be refused but was read");

    private final String says;

    Fault(String says) {
      this.says = says;
    }
  }

  /** A file with the number of its bytes, read with one fault. */
  private record Faulty(Fault fault) implements FileKind {
    private static final int LENGTH = 16;

    @Override
    public String name() {
      return "faulty";
    }

    @Override
    public Map<String, byte[]> right() {
      byte[] bytes = new byte[Integer.BYTES + LENGTH];
      ByteBuffer.wrap(bytes).putInt(LENGTH);
      return Map.of("a.bin", bytes);
    }

    @Override
    public boolean isChecked() {
      return fault == Fault.UNNOTICED;
    }

    @Override
    public void read(Path folder) throws IOException {
      ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("a.bin")));
      if (file.remaining() < Integer.BYTES) {
        throw new CheckpointException("a.bin is too short");
      }
      int length = file.getInt();
      switch (fault) {
        case MEMORY -> {
          byte[] believed = new byte[length > 1 << 20 ? 1 << 26 : 0];
          if (believed.length > file.remaining()) {
            throw new CheckpointException("a.bin is too short");
          }
        }
        case INDEX -> file.get(new byte[Math.max(0, Math.min(length, 1000))]);
        default -> {
          if (length != LENGTH) {
            throw new CheckpointException(
                (fault == Fault.UNNAMED ? "" : "a.bin: ") + "a wrong length");
          }
        }
      }
    }

    @Override
    public boolean refuses(Exception e) {
      return e instanceof CheckpointException;
    }
  }
}
