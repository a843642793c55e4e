package io.github.moe4j.lab.report;

import java.util.List;

/**
 * A piece of held-out text with the first choice of expert for each character. Models work on bytes: a character
 * stands for the first byte of its UTF-8.
 *
 * @param domain index of its domain
 * @param text whole characters; not empty
 * @param layers the layers with experts, first block first
 */
public record RoutedText(int domain, String text, List<FirstChoices> layers) {

  /** Validates and copies. */
  public RoutedText {
    Checks.notNegative("domain", domain);
    if (text.isEmpty()) {
      throw new IllegalArgumentException("text must not be empty");
    }
    layers = List.copyOf(layers);
    int characters = text.codePointCount(0, text.length());
    for (FirstChoices layer : layers) {
      Checks.length("experts of a layer", characters, layer.experts().length);
    }
  }

  /** The largest expert index in it; -1 without any. */
  int largestExpert() {
    return layers.stream().mapToInt(FirstChoices::largestExpert).max().orElse(-1);
  }
}
