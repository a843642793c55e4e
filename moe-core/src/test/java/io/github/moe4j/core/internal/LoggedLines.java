package io.github.moe4j.core.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What some work logs, which is not printed meanwhile. */
public final class LoggedLines {
  private LoggedLines() {}

  /** The lines of a logger, each with its level. */
  public static List<String> of(String name, Runnable work) {
    List<String> lines = new ArrayList<>();
    Handler handler = new Handler() {
      @Override
      public void publish(LogRecord line) {
        lines.add(line.getLevel() + ": " + line.getMessage());
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
    Logger logger = Logger.getLogger(name);
    boolean before = logger.getUseParentHandlers();
    logger.setUseParentHandlers(false);
    logger.addHandler(handler);
    try {
      work.run();
    } finally {
      logger.removeHandler(handler);
      logger.setUseParentHandlers(before);
    }
    return lines;
  }
}
