package io.github.moe4j.stress;

import io.github.moe4j.core.io.ShardedSafetensors;
import io.github.moe4j.core.io.StoredFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Two threads are the first to read from a file of a folder: it is opened once, so that it is also closed. */
@JCStressTest
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "one file, closed with the folder")
@State
public class FirstReaders {
  private final ShardedSafetensors model = StoredModel.open();
  private @Nullable StoredFile ofFirst;
  private @Nullable StoredFile ofSecond;

  /** A reader. */
  @Actor
  public void first() {
    ofFirst = file();
  }

  /** Another. */
  @Actor
  public void second() {
    ofSecond = file();
  }

  /** Compares and closes. */
  @Arbiter
  public void close(ZZ_Result result) {
    StoredFile file = ofFirst;
    result.r1 = file != null && file == ofSecond;
    model.close();
    result.r2 = file != null && isClosed(file);
  }

  private static boolean isClosed(StoredFile file) {
    try {
      file.requireUnchanged();
      return false;
    } catch (IllegalStateException e) {
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private StoredFile file() {
    try {
      return model.stored("a").file();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
