package dev.hotswap.web.tomcat;

import java.util.HashSet;
import java.util.Set;

import org.apache.catalina.Container;
import org.apache.catalina.Valve;
import org.apache.catalina.valves.AbstractAccessLogValve;

/**
 * Keeps requests out of the access logs of a server, by the attribute that makes such a
 * log leave a request out.
 */
final class AccessLogs {

	private static final String ATTRIBUTE = "dev.hotswap.warmUp";

	private AccessLogs() {
	}

	/**
	 * The attributes that keep a request out of all access logs of an engine, its hosts
	 * and their contexts. One without a condition gets one.
	 * @param container the engine, or a container in it, not started yet
	 * @return the attributes' names
	 */
	static Set<String> conditions(Container container) {
		Set<String> conditions = new HashSet<>();
		for (Valve valve : container.getPipeline().getValves()) {
			if (valve instanceof AbstractAccessLogValve log) {
				if (log.getConditionUnless() == null) {
					log.setConditionUnless(ATTRIBUTE);
				}
				conditions.add(log.getConditionUnless());
			}
		}
		for (Container child : container.findChildren()) {
			conditions.addAll(conditions(child));
		}
		return conditions;
	}

}
