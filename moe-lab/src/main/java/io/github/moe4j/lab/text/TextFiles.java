package io.github.moe4j.lab.text;

import io.github.moe4j.core.internal.FileErrors;
import io.github.moe4j.core.internal.RegularFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads UTF-8 files into domains, with clear errors. */
final class TextFiles {

  /** The parts of a split are single arrays of bytes, so all files together must fit in one. */
  static final long MAX_BYTES = 1L << 30;

  private TextFiles() {}

  static List<Domain> read(List<Path> files) {
    List<Domain> domains = new ArrayList<>();
    long total = 0;
    for (Path file : files) {
      byte[] bytes = bytes(file, MAX_BYTES - total);
      total += bytes.length;
      List<String> lines =
          decode(file, bytes).lines().filter(line -> !line.isBlank()).toList();
      if (lines.size() < 2) {
        throw new CorpusException(
            file + ": needs at least 2 lines that are not blank but has " + lines.size());
      }
      domains.add(new Domain(name(file, files), lines));
    }
    return domains;
  }

  private static byte[] bytes(Path file, long room) {
    try {
      if (RegularFile.require(file).size() > room) {
        throw new CorpusException(
            file + ": too large, all text must fit in " + MAX_BYTES + " bytes");
      }
      return RegularFile.bytes(file, room);
    } catch (IOException e) {
      throw new CorpusException(FileErrors.message(e), e);
    }
  }

  private static String decode(Path file, byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(buffer).toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new CorpusException(
          file + ": is not UTF-8 text (the byte at offset " + buffer.position() + ")", e);
    }
  }

  private static String name(Path file, List<Path> files) {
    String name = fileName(file);
    long same = files.stream().filter(other -> fileName(other).equals(name)).count();
    return same == 1 ? name : file.toString();
  }

  private static String fileName(Path file) {
    return String.valueOf(file.getFileName());
  }
}
