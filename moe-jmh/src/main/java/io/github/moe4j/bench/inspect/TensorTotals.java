package io.github.moe4j.bench.inspect;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * All tensors of the files at hand.
 *
 * @param count how many, with those of scales
 * @param parameters numbers in them, without those of scales
 * @param bytes that they take in the files
 * @param bytesByType the same by how they are stored
 * @param missing how many are in files that are missing or cannot be read
 * @param missingFiles those files
 */
record TensorTotals(
    int count,
    long parameters,
    long bytes,
    Map<String, Long> bytesByType,
    int missing,
    List<String> missingFiles) {
  /**
   * Adds up what the headers say.
   *
   * @param weights the tensors that are not scales of others
   */
  static TensorTotals of(FolderTensors tensors, Set<String> weights) {
    int count = 0;
    long parameters = 0;
    int missing = 0;
    Map<String, Long> bytes = new TreeMap<>();
    Set<String> files = new LinkedHashSet<>();
    for (String name : tensors.names()) {
      if (tensors.fault(name).isPresent()) {
        missing++;
        files.add(tensors.fault(name).get());
        continue;
      }
      count++;
      parameters += weights.contains(name) ? tensors.numbers(name) : 0;
      bytes.merge(tensors.type(name), tensors.bytes(name), Long::sum);
    }
    return new TensorTotals(
        count,
        parameters,
        bytes.values().stream().mapToLong(Long::longValue).sum(),
        new LinkedHashMap<>(bytes),
        missing,
        List.copyOf(files));
  }
}
