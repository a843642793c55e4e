package io.github.moe4j.bench.docs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The outputs that a snippet shows. The comment that ends a line with {@code System.out.println} is
 * what that line prints, each time that it runs; {@code …} in it stands for any text. Explanations
 * stand in a comment on a line of their own.
 */
final class ShownOutput {
  private static final Pattern PRINTLN = Pattern.compile("System\\.out\\.print");
  private static final Pattern SHOWN =
      Pattern.compile("System\\.out\\.println\\(.*?\\);\\s*//(.*)$");
  private static final String ANYTHING = "…";

  private final List<String> lines;
  private final List<List<String>> printed = new ArrayList<>();

  ShownOutput(String code) {
    lines = code.lines().toList();
    lines.forEach(line -> printed.add(new ArrayList<>()));
  }

  /** Takes what a line of the snippet, counted from 0, has printed. */
  void add(int line, Object output) {
    printed.get(line).add(String.valueOf(output).strip());
  }

  /** What the snippet shows otherwise than it printed, or not at all. */
  List<String> faults() {
    List<String> faults = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      if (PRINTLN.matcher(lines.get(i)).find()) {
        addFaults(lines.get(i), printed.get(i), faults);
      }
    }
    return faults;
  }

  private static void addFaults(String line, List<String> outputs, List<String> faults) {
    Matcher matcher = SHOWN.matcher(line);
    String shown = matcher.find() ? matcher.group(1).strip() : "";
    if (shown.replace(ANYTHING, "").isBlank()) {
      faults.add("shows no output, which was " + outputs + ": " + line.strip());
      return;
    }
    if (outputs.isEmpty()) {
      faults.add("printed nothing: " + line.strip());
    }
    Pattern pattern = pattern(shown);
    outputs.stream()
        .filter(output -> !pattern.matcher(output).matches())
        .map(output -> "printed " + output + " instead: " + line.strip())
        .forEach(faults::add);
  }

  private static Pattern pattern(String shown) {
    String regex = Arrays.stream(shown.split(ANYTHING, -1))
        .map(Pattern::quote)
        .collect(Collectors.joining(".*"));
    return Pattern.compile(regex, Pattern.DOTALL);
  }
}
