package io.github.moe4j.core.internal.watch;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

@Name("moe4j.Route")
@Label("Routing")
@Description("Router and capacity rule of a layer")
final class RouteEvent extends StageEvent {}
