package io.github.moe4j.core.internal.watch;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

@Name("moe4j.Combine")
@Label("Combine")
@Description("Weighted sum of expert rows")
final class CombineEvent extends StageEvent {}
