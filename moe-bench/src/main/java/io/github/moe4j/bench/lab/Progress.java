package io.github.moe4j.bench.lab;

import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Steps, loss and time left on the terminal; quiet where there is none. */
public final class Progress implements AutoCloseable {
  private final @Nullable ProgressBar bar;

  private Progress(@Nullable ProgressBar bar) {
    this.bar = bar;
  }

  /** A bar over all steps of a run if standard error is a terminal, else nothing. */
  public static Progress of(long steps) {
    if (!isTerminal()) {
      return quiet();
    }
    return new Progress(new ProgressBarBuilder()
        .setTaskName("lab")
        .setInitialMax(steps)
        .setUnit(" steps", 1)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(250)
        .build());
  }

  /** Shows nothing. */
  public static Progress quiet() {
    return new Progress(null);
  }

  /**
   * Whether a person watches. From JDK 22 on there is a console object without a terminal too, which
   * says so by a method that JDK 17 does not have.
   */
  private static boolean isTerminal() {
    if (System.console() == null || "dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    try {
      return (Boolean) java.io.Console.class.getMethod("isTerminal").invoke(System.console());
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }

  /** One step of a model is done. */
  public void step(String model, double bitsPerByte) {
    if (bar != null) {
      bar.step();
      bar.setExtraMessage(String.format(Locale.ROOT, " %s %.3f bits/byte", model, bitsPerByte));
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
