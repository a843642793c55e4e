package io.github.moe4j.cli;

import java.io.IOException;
import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarConsumer;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** The last line of a terminal, which a bar is drawn on again and again; other lines go above it. */
final class BarLine implements ProgressBarConsumer {
  /** To the start of the line, and nothing on it. */
  private static final String CLEAR = "\r\033[K";

  /** Of terminals that don't say how wide they are. */
  private static final int USUAL_COLUMNS = 80;

  private final PrintStream terminal;
  private final ConsoleProgressBarConsumer console;
  private String drawn = "";

  BarLine(PrintStream terminal, int columns) {
    this.terminal = terminal;
    this.console = new ConsoleProgressBarConsumer(terminal, columns - 1);
  }

  /**
   * Of this process's terminal. Its width is queried here, without signals: queried by the bar
   * itself it would take Ctrl-C away from the JVM, which then dies at once, without {@link
   * Interruption}.
   */
  static BarLine ofStandardError() {
    int columns = 0;
    try (Terminal terminal =
        TerminalBuilder.builder().system(true).dumb(true).nativeSignals(false).build()) {
      columns = terminal.getWidth();
    } catch (IOException e) {
      // As one that does not say.
    }
    return new BarLine(System.err, columns > 1 ? columns : USUAL_COLUMNS);
  }

  @Override
  public int getMaxRenderedLength() {
    return console.getMaxRenderedLength();
  }

  @Override
  public synchronized void accept(String bar) {
    drawn = bar;
    console.accept(bar);
  }

  /** Prints whole lines and draws the bar below them. */
  synchronized void above(Runnable print) {
    terminal.print(CLEAR);
    terminal.flush();
    print.run();
    console.accept(drawn);
  }

  @Override
  public synchronized void close() {
    console.close();
  }
}
