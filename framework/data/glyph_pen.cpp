#include "data/glyph_pen.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace espalier {

namespace {

// How unlike two instances are: standard deviations, in units of the stroke tables (capitals are
// 100 high) unless said otherwise.
constexpr double kPointJitter = 3.4;
constexpr double kSmoothJitter = 2.0;  // of points the path is smooth at: curves stay round
constexpr double kStrokeShift = 3.0;
constexpr double kStrokeTurn = 0.05;  // radians
constexpr double kStrokeSize = 0.06;  // of its logarithm
constexpr double kOvershoot = 5.0;
constexpr double kSlant = 0.24;
constexpr double kSlantMean = 0.18;
constexpr double kRotation = 0.09;  // radians
constexpr double kAspect = 0.22;    // of its logarithm
constexpr double kWarp = 5.0;

constexpr double kBox = 20.0;  // pixels
constexpr double kCrowded = 0.55;
constexpr double kMiddle = 14.0;  // pixel whose centre is the centre of mass
constexpr double kPi = std::numbers::pi;

struct Vector {
  double x = 0.0;
  double y = 0.0;
};

Vector between(const GlyphPoint& from, const GlyphPoint& to) {
  return {to.x - from.x, to.y - from.y};
}

bool is_smooth(const GlyphStroke& points, std::size_t i) {
  return i > 0 && i + 1 < points.size() && !points[i].corner;
}

/// Slope where the path is smooth: the cardinal spline's.
Vector smooth_slope(const GlyphStroke& points, std::size_t i) {
  const Vector chord = between(points[i - 1], points[i + 1]);
  return {0.5 * chord.x, 0.5 * chord.y};
}

/// Slope at point i of the piece that joins it with point `other`. At a corner or an end the piece
/// is a parabola that arrives smoothly at `other`, or straight where that is a corner too.
Vector slope(const GlyphStroke& points, std::size_t i, std::size_t other) {
  if (is_smooth(points, i)) return smooth_slope(points, i);
  const Vector chord =
      i < other ? between(points[i], points[other]) : between(points[other], points[i]);
  if (!is_smooth(points, other)) return chord;
  const Vector there = smooth_slope(points, other);
  return {1.5 * chord.x - 0.5 * there.x, 1.5 * chord.y - 0.5 * there.y};
}

/// Moves an end of a stroke along its direction: too far, or not far enough.
void overshoot(GlyphPoint& end, const GlyphPoint& neighbour, double amount) {
  const Vector v = between(neighbour, end);
  const double length = std::hypot(v.x, v.y);
  if (length < 1.0) return;
  const double by = std::max(amount, -0.25 * length) / length;
  end.x += by * v.x;
  end.y += by * v.y;
}

}  // namespace

std::span<const InkSegment> GlyphPen::write(std::span<const GlyphStroke> form,
                                            RandomStream& random) {
  ink_.clear();
  for (const GlyphStroke& stroke : form) trace(stroke, random);
  bend(random);
  fit(random);
  press(random);
  centre(random);
  return ink_;
}

/// One stroke: its points moved, then the spline through them cut into straight pieces.
void GlyphPen::trace(const GlyphStroke& stroke, RandomStream& random) {
  points_ = stroke;
  const Vector shift = {kStrokeShift * random.normal(), kStrokeShift * random.normal()};
  const double turn = kStrokeTurn * random.normal();
  const double size = std::exp(kStrokeSize * random.normal());
  Vector middle;
  for (const GlyphPoint& p : stroke) {
    middle.x += p.x / static_cast<double>(stroke.size());
    middle.y += p.y / static_cast<double>(stroke.size());
  }
  for (std::size_t i = 0; i < points_.size(); ++i) {
    GlyphPoint& p = points_[i];
    const double jitter = is_smooth(points_, i) ? kSmoothJitter : kPointJitter;
    const double x = size * (p.x - middle.x);
    const double y = size * (p.y - middle.y);
    p.x = middle.x + shift.x + x - turn * y + jitter * random.normal();
    p.y = middle.y + shift.y + y + turn * x + jitter * random.normal();
  }
  overshoot(points_.front(), points_[1], kOvershoot * random.normal());
  overshoot(points_.back(), points_[points_.size() - 2], kOvershoot * random.normal());

  for (std::size_t i = 0; i + 1 < points_.size(); ++i) {
    const GlyphPoint& a = points_[i];
    const GlyphPoint& b = points_[i + 1];
    const Vector out = slope(points_, i, i + 1);
    const Vector in = slope(points_, i + 1, i);
    const double length = std::hypot(b.x - a.x, b.y - a.y);
    const int pieces = std::clamp(static_cast<int>(length / 7.0), 2, 10);
    GlyphPoint from = a;
    for (int k = 1; k <= pieces; ++k) {  // cubic Hermite
      const double t = static_cast<double>(k) / pieces;
      const double h00 = (1.0 + 2.0 * t) * (1.0 - t) * (1.0 - t);
      const double h10 = t * (1.0 - t) * (1.0 - t);
      const double h01 = t * t * (3.0 - 2.0 * t);
      const double h11 = t * t * (t - 1.0);
      const GlyphPoint to = {h00 * a.x + h10 * out.x + h01 * b.x + h11 * in.x,
                             h00 * a.y + h10 * out.y + h01 * b.y + h11 * in.y, false};
      ink_.push_back({from.x, from.y, 1.0, to.x, to.y, 1.0});
      from = to;
    }
  }
}

/// Slant, rotation, width, and two slow waves through the paper.
void GlyphPen::bend(RandomStream& random) {
  const double slant = kSlantMean + kSlant * random.normal();
  const double angle = kRotation * random.normal();
  const double width = std::exp(kAspect * random.normal());
  const double c = std::cos(angle);
  const double s = std::sin(angle);
  struct Wave {
    double fx, fy, phase, dx, dy;
  };
  std::array<Wave, 2> waves{};
  for (Wave& wave : waves) {
    const double direction = 2.0 * kPi * random.uniform();
    const double frequency = 2.0 * kPi / (90.0 + 80.0 * random.uniform());
    wave = {frequency * std::cos(direction), frequency * std::sin(direction),
            2.0 * kPi * random.uniform(), kWarp * random.normal(), kWarp * random.normal()};
  }
  const auto map = [&](double& x, double& y) {
    double u = x;
    double v = y;
    for (const Wave& wave : waves) {
      const double swing = std::sin(wave.fx * x + wave.fy * y + wave.phase);
      u += wave.dx * swing;
      v += wave.dy * swing;
    }
    u = width * (u - slant * v);
    x = c * u - s * v;
    y = s * u + c * v;
  };
  for (InkSegment& piece : ink_) {
    map(piece.x0, piece.y0);
    map(piece.x1, piece.y1);
  }
}

/// Chooses the pen, and scales so that the longer side of the inked box is (nearly) 20 pixels.
void GlyphPen::fit(RandomStream& random) {
  double left = ink_.front().x0, right = left, top = ink_.front().y0, bottom = top;
  for (const InkSegment& piece : ink_) {
    left = std::min({left, piece.x0, piece.x1});
    right = std::max({right, piece.x0, piece.x1});
    top = std::min({top, piece.y0, piece.y1});
    bottom = std::max({bottom, piece.y0, piece.y1});
  }
  radius_ = std::clamp(1.25 * std::exp(0.3 * random.normal()), 0.65, 2.5);
  // A thick pen would fill the loops of a long path: its ink stays below kCrowded of the box.
  const double extent = std::max({right - left, bottom - top, 1.0});
  double length = 0.0;
  for (const InkSegment& piece : ink_) {
    length += std::hypot(piece.x1 - piece.x0, piece.y1 - piece.y0) * kBox / extent;
  }
  radius_ = std::min(radius_, 0.5 * kCrowded * kBox * kBox / length);

  const double room = kBox - 0.7 - 2.0 * radius_ - 0.6 * random.uniform();
  const double scale = room / extent;
  for (InkSegment& piece : ink_) {
    piece.x0 = scale * (piece.x0 - left);
    piece.x1 = scale * (piece.x1 - left);
    piece.y0 = scale * (piece.y0 - top);
    piece.y1 = scale * (piece.y1 - top);
  }
}

/// Pressure: a slow wave along the path, and a nib that writes one direction wider.
void GlyphPen::press(RandomStream& random) {
  const double depth = 0.22 * random.uniform();
  const double pace = 2.0 * kPi / (8.0 + 14.0 * random.uniform());
  const double phase = 2.0 * kPi * random.uniform();
  const double nib = 0.25 * random.uniform();
  const double nib_angle = kPi * random.uniform();
  double travelled = 0.0;
  const auto width = [&](double direction) {
    return radius_ * (1.0 + depth * std::sin(pace * travelled + phase)) *
           (1.0 + nib * std::cos(2.0 * (direction - nib_angle)));
  };
  for (InkSegment& piece : ink_) {
    const double direction = std::atan2(piece.y1 - piece.y0, piece.x1 - piece.x0);
    piece.r0 = width(direction);
    travelled += std::hypot(piece.x1 - piece.x0, piece.y1 - piece.y0);
    piece.r1 = width(direction);
  }
}

/// Moves the centre of mass (each piece counts its area) to the middle of the image, half a pixel
/// more or less.
void GlyphPen::centre(RandomStream& random) {
  double mass = 1e-9, x = 0.0, y = 0.0;
  for (const InkSegment& piece : ink_) {
    const double area =
        (piece.r0 + piece.r1) * (0.05 + std::hypot(piece.x1 - piece.x0, piece.y1 - piece.y0));
    mass += area;
    x += area * 0.5 * (piece.x0 + piece.x1);
    y += area * 0.5 * (piece.y0 + piece.y1);
  }
  const double dx = kMiddle + random.uniform() - 0.5 - x / mass;
  const double dy = kMiddle + random.uniform() - 0.5 - y / mass;
  for (InkSegment& piece : ink_) {
    piece.x0 += dx;
    piece.x1 += dx;
    piece.y0 += dy;
    piece.y1 += dy;
  }
}

}  // namespace espalier
