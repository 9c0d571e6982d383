package dev.hotswap;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import org.springframework.context.ApplicationListener;
import org.springframework.context.event.SmartApplicationListener;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/**
 * Which package may depend on which: one job each, no cycles.
 */
@AnalyzeClasses(packages = "dev.hotswap", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

	private static final String[] PLATFORM = { "java..", "javax..", "org.jspecify..", "org.apache.commons.logging.." };

	@ArchTest
	static final ArchRule noCycles = slices().matching("dev.hotswap.(**)").should().beFreeOfCycles();

	/** A servlet application publishes an event for each request. */
	@ArchTest
	static final ArchRule listenersSayWhatTheyHear = classes().that()
		.areAssignableTo(ApplicationListener.class)
		.should()
		.beAssignableTo(SmartApplicationListener.class);

	@ArchTest
	static final ArchRule rootKnowsNoPackageOfOurs = only("dev.hotswap", "org.springframework.context..");

	@ArchTest
	static final ArchRule descriptor = only("dev.hotswap.descriptor", "org.newsclub..");

	@ArchTest
	static final ArchRule control = only("dev.hotswap.control", "dev.hotswap.descriptor", "org.newsclub..");

	@ArchTest
	static final ArchRule listener = only("dev.hotswap.listener", "dev.hotswap.descriptor");

	@ArchTest
	static final ArchRule process = only("dev.hotswap.process", "dev.hotswap.descriptor");

	@ArchTest
	static final ArchRule release = only("dev.hotswap.release");

	@ArchTest
	static final ArchRule precheck = only("dev.hotswap.precheck", "dev.hotswap", "dev.hotswap.release",
			"org.springframework.data.redis.connection");

	@ArchTest
	static final ArchRule web = only("dev.hotswap.web", "dev.hotswap", "dev.hotswap.descriptor");

	@ArchTest
	static final ArchRule tomcat = only("dev.hotswap.web.tomcat", "dev.hotswap", "dev.hotswap.web",
			"dev.hotswap.descriptor", "org.apache..", "jakarta.servlet..", "jakarta.websocket..",
			"org.springframework.boot.tomcat..", "org.springframework.boot.web.server..", "org.springframework.core..");

	@ArchTest
	static final ArchRule netty = only("dev.hotswap.web.netty", "dev.hotswap", "dev.hotswap.web",
			"dev.hotswap.descriptor", "io.netty..", "reactor..", "org.reactivestreams..",
			"org.springframework.boot.reactor.netty..", "org.springframework.boot.web.server..",
			"org.springframework.core..", "org.springframework.http.client..");

	@ArchTest
	static final ArchRule nettyIsForItsUsers = onlyIn("(HotswapNetty.*)", "dev.hotswap.web.netty", "io.netty..",
			"reactor..", "org.springframework.boot.reactor..");

	@ArchTest
	static final ArchRule tomcatIsForItsUsers = onlyIn("(HotswapTomcat.*)", "dev.hotswap.web.tomcat",
			"org.apache.catalina..", "org.apache.coyote..", "org.apache.tomcat..", "org.springframework.boot.tomcat..");

	@ArchTest
	static final ArchRule handoff = only("dev.hotswap.handoff", "dev.hotswap", "dev.hotswap.descriptor",
			"dev.hotswap.control", "dev.hotswap.listener", "dev.hotswap.process", "dev.hotswap.web",
			"org.springframework.context", "org.springframework.util", "org.slf4j");

	@ArchTest
	static final ArchRule warmup = only("dev.hotswap.warmup", "dev.hotswap", "dev.hotswap.web",
			"dev.hotswap.descriptor", "io.micrometer.observation..", "jakarta.servlet..", "org.springframework.http..");

	@ArchTest
	static final ArchRule command = only("dev.hotswap.command", "dev.hotswap", "dev.hotswap.control",
			"dev.hotswap.handoff");

	@ArchTest
	static final ArchRule trigger = only("dev.hotswap.trigger", "dev.hotswap", "dev.hotswap.handoff", "sun.misc");

	@ArchTest
	static final ArchRule watch = only("dev.hotswap.watch", "dev.hotswap", "dev.hotswap.release");

	@ArchTest
	static final ArchRule actuate = only("dev.hotswap.actuate", "dev.hotswap", "dev.hotswap.handoff",
			"dev.hotswap.release", "dev.hotswap.web", "org.springframework..", "com.fasterxml.jackson.annotation..",
			"io.micrometer..");

	@ArchTest
	static final ArchRule theMachineIsPure = noClasses().that()
		.haveSimpleName("HandoffMachine")
		.should()
		.dependOnClassesThat(resideInAnyPackage("java.io..", "java.nio..", "java.net..", "java.util.concurrent..",
				"dev.hotswap.web..", "dev.hotswap.descriptor.."));

	@ArchTest
	static final ArchRule internalsOfTheJdkStayInDescriptor = noClasses()
		.that(resideInAPackage("dev.hotswap..").and(com.tngtech.archunit.base.DescribedPredicate
			.not(resideInAnyPackage("dev.hotswap.descriptor", "dev.hotswap.control"))))
		.should()
		.dependOnClassesThat(resideInAnyPackage("sun.nio..", "org.newsclub.."));

	@ArchTest
	static final ArchRule internalsAreNotMadeToBeExtended = classes().that()
		.resideInAnyPackage("dev.hotswap.handoff..", "dev.hotswap.control..", "dev.hotswap.process..",
				"dev.hotswap.listener..", "dev.hotswap.descriptor..", "dev.hotswap.trigger..", "dev.hotswap.actuate..",
				"dev.hotswap.release..", "dev.hotswap.precheck..", "dev.hotswap.warmup..", "dev.hotswap.command..",
				"dev.hotswap.watch..")
		.and()
		.areNotInterfaces()
		.and()
		.areNotAssignableTo(Throwable.class)
		.and()
		.areNotAnonymousClasses()
		.should()
		.haveModifier(JavaModifier.FINAL);

	@ArchTest
	static final ArchRule analyzersAndExceptionsOfTheWiringStayInside = classes().that()
		.resideInAPackage("dev.hotswap.autoconfigure")
		.and()
		.haveNameNotMatching(".*(Configuration|Properties|Properties\\$.*|package-info)")
		.should()
		.bePackagePrivate()
		.orShould()
		.bePrivate();

	/**
	 * An application has the one server or the other on its class path.
	 */
	private static ArchRule onlyIn(String configurations, String thePackage, String... server) {
		return noClasses().that()
			.resideOutsideOfPackage(thePackage)
			.and()
			.haveNameNotMatching("dev\\.hotswap\\.autoconfigure\\." + configurations)
			.should()
			.dependOnClassesThat(resideInAnyPackage(server).or(resideInAPackage(thePackage)));
	}

	private static ArchRule only(String thePackage, String... allowed) {
		String[] packages = new String[PLATFORM.length + allowed.length + 1];
		System.arraycopy(PLATFORM, 0, packages, 0, PLATFORM.length);
		System.arraycopy(allowed, 0, packages, PLATFORM.length, allowed.length);
		packages[packages.length - 1] = thePackage;
		return classes().that()
			.resideInAPackage(thePackage)
			.should()
			.onlyDependOnClassesThat(resideInAnyPackage(packages));
	}

}
