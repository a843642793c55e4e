package io.github.moe4j.conformance;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Inputs and results of one run of a reference implementation. Immutable. */
public final class ReferenceCase {
  private static final String SEPARATOR = "__";

  private final String name;
  private final CaseConfig config;
  private final Map<String, CaseTensor> inputs;
  private final Map<String, CaseTensor> outputs;
  private final Map<String, CaseTensor> gradients;

  /**
   * A case from its parts.
   *
   * @param name {@code family__variant}
   */
  ReferenceCase(
      String name,
      CaseConfig config,
      Map<String, CaseTensor> inputs,
      Map<String, CaseTensor> outputs,
      Map<String, CaseTensor> gradients) {
    if (name.indexOf(SEPARATOR) < 1) {
      throw new DamagedCaseException("case must be family__variant but is " + name);
    }
    if (outputs.isEmpty()) {
      throw new DamagedCaseException("a case must have outputs but this one has none");
    }
    this.name = name;
    this.config = config;
    this.inputs = copy(inputs);
    this.outputs = copy(outputs);
    this.gradients = copy(gradients);
  }

  private static Map<String, CaseTensor> copy(Map<String, CaseTensor> tensors) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  /** Family and variant. */
  public String name() {
    return name;
  }

  /** The code that ran: the name up to {@code __}. */
  public String family() {
    return name.substring(0, name.indexOf(SEPARATOR));
  }

  /** Sizes and options. */
  public CaseConfig config() {
    return config;
  }

  /** A required input of any shape. */
  public CaseTensor input(String input) {
    return optionalInput(input)
        .orElseThrow(() -> new DamagedCaseException(
            "inputs must have " + input + " but have only " + inputs.keySet()));
  }

  /**
   * A required input of a given shape.
   *
   * @param shape lengths of the axes; −1 allows any
   */
  public CaseTensor input(String input, long... shape) {
    return input(input).requireShape(shape);
  }

  /** An input of any shape, if present. */
  public Optional<CaseTensor> optionalInput(String input) {
    return Optional.ofNullable(inputs.get(input));
  }

  /** A recorded output, if present: for choices to be replayed, not for results. */
  public Optional<CaseTensor> recordedOutput(String output) {
    return Optional.ofNullable(outputs.get(output));
  }

  /** All outputs by name, in the order of the file. */
  Map<String, CaseTensor> outputs() {
    return outputs;
  }

  /** All gradients by the name of their input, in the order of the file. */
  Map<String, CaseTensor> gradients() {
    return gradients;
  }
}
