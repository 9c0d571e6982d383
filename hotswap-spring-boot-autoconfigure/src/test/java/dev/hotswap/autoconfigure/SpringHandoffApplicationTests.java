package dev.hotswap.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import dev.hotswap.DrainParticipant;
import dev.hotswap.HandoffPrecheck;
import dev.hotswap.HandoffRoleEvent;
import dev.hotswap.HandoffStageEvent;
import dev.hotswap.Role;
import dev.hotswap.actuate.Readiness;
import dev.hotswap.precheck.DescriptorPrecheck;
import dev.hotswap.precheck.MemoryPrecheck;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.actuate.endpoint.IndicatedHealthDescriptor;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.annotation.AnnotatedBeanDefinitionReader;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.spy;

/**
 * Tests for {@link SpringHandoffApplication}.
 */
class SpringHandoffApplicationTests {

	private final GenericApplicationContext context = new GenericApplicationContext();

	private final SpringHandoffApplication application = new SpringHandoffApplication(this.context);

	@AfterEach
	void close() {
		this.context.close();
	}

	@Test
	void prechecksAreInTheirOrderAndNamed() {
		this.context.registerBean("last", HandoffPrecheck.class, () -> () -> null);
		this.context.registerBean("second", HandoffPrecheck.class, () -> new OrderedPrecheck(2));
		this.context.registerBean("first", HandoffPrecheck.class, () -> new OrderedPrecheck(1));
		this.context.refresh();
		assertThat(this.application.prechecks()).containsOnlyKeys("first", "second", "last");
		assertThat(this.application.prechecks().keySet()).containsExactly("first", "second", "last");
	}

	@Test
	void orderOfTheMethodThatMakesABeanCounts() {
		AnnotatedBeanDefinitionReader reader = new AnnotatedBeanDefinitionReader(this.context);
		reader.register(OrderedMethods.class);
		this.context.refresh();
		assertThat(this.application.prechecks().keySet()).containsExactly("first", "second");
	}

	@Test
	void withoutWarmUpNothingIsWarmedUp() {
		this.context.refresh();
		assertThat(this.application.warmUp(List.of(), () -> {
		}, () -> {
		})).isNull();
	}

	@Test
	void withoutActuatorTheApplicationIsReady() {
		this.context.refresh();
		assertThat(this.application.readinessProblem()).isNull();
	}

	@Test
	void readinessIsAsked() {
		HealthEndpoint health = mock(HealthEndpoint.class);
		IndicatedHealthDescriptor down = mock(IndicatedHealthDescriptor.class);
		given(down.getStatus()).willReturn(Status.DOWN);
		given(health.healthForPath("readiness")).willReturn(down);
		this.context.registerBean(Readiness.class, () -> new Readiness(health));
		this.context.refresh();
		assertThat(this.application.readinessProblem()).isEqualTo("The readiness group is DOWN.");
	}

	@Test
	void eventsArePublishedWhileTheContextIsActive() {
		List<Role> heard = new ArrayList<>();
		this.context.addApplicationListener((event) -> {
			if (event instanceof HandoffRoleEvent role) {
				heard.add(role.getRole());
			}
		});
		this.application.publish(new HandoffRoleEvent(this, Role.SUCCEEDING));
		this.context.refresh();
		this.application.publish(new HandoffRoleEvent(this, Role.ACTIVE));
		this.application.close();
		assertThat(this.context.isActive()).isFalse();
		this.application.publish(new HandoffRoleEvent(this, Role.DRAINING));
		assertThat(heard).containsExactly(Role.ACTIVE);
	}

	@Test
	void rehearsalAsksPrechecksThatHaveNoEffectAndTellsListenersNothing() {
		this.context.registerBean("theirs", HandoffPrecheck.class, () -> () -> {
			throw new AssertionError("asked");
		});
		this.context.registerBean("local", DescriptorPrecheck.class, () -> spy(new DescriptorPrecheck(true)));
		List<ApplicationEvent> heard = new ArrayList<>();
		this.context.addApplicationListener((event) -> {
			if (event instanceof HandoffStageEvent) {
				heard.add(event);
			}
		});
		this.context.refresh();
		this.application.rehearse();
		then(this.context.getBean(DescriptorPrecheck.class)).should().refuse();
		assertThat(heard).isEmpty();
	}

	@Test
	void rehearsalCreatesNoLazyBeans() {
		this.context.registerBean("precheck", MemoryPrecheck.class, () -> {
			throw new AssertionError("created");
		}, (definition) -> definition.setLazyInit(true));
		this.context.registerBean("participant", DrainParticipant.class, () -> {
			throw new AssertionError("created");
		}, (definition) -> definition.setLazyInit(true));
		this.context.refresh();
		this.application.rehearse();
	}

	private record OrderedPrecheck(int order) implements HandoffPrecheck, Ordered {

		@Override
		public String refuse() {
			return null;
		}

		@Override
		public int getOrder() {
			return this.order;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OrderedMethods {

		@Bean
		@Order(2)
		HandoffPrecheck second() {
			return () -> null;
		}

		@Bean
		@Order(1)
		HandoffPrecheck first() {
			return () -> null;
		}

	}

}
