"""Formulas as people write them, in Desmos, Python, LaTeX, R, spreadsheets, MATLAB and textbooks, and what they mean.

Each meaning is a function written in NumPy, beside every spelling of it, with ¦ between two spellings.
"""

import re

import numpy as np

_SPELLINGS = [
    (
        lambda x, y: x**2 + y**2,
        r"""
        x^2 + y^2 ¦ x**2 + y**2 ¦ x²+y² ¦ x*x+y*y ¦ xx + yy ¦ x x + y y ¦ x·x + y·y ¦ x × x + y × y ¦ X^2+Y^2
        f(x,y)=x^2+y^2 ¦ f(x, y) = x^2 + y^2 ¦ f(x, y) := x^2 + y^2 ¦ f(x,y)≔x²+y² ¦ z = x^2 + y^2 ¦ z=x²+y²
        g(x,y)=x^2+y^2 ¦ loss = x**2 + y**2 ¦ L(x, y) = x^2 + y^2 ¦ J(x_1, x_2) = x_1^2 + x_2^2 ¦ =x^2+y^2
        f(x1, x2) = x1^2 + x2^2 ¦ f(x₁, x₂) = x₁² + x₂² ¦ F(X, Y) = X^2 + Y^2 ¦ f:= x^2+y^2 ¦ x^2+y^2; ¦ x^2 + y^2.
        z = x**2 + y**2; ¦ 'x**2 + y**2' ¦ `x**2+y**2` ¦ “x²+y²” ¦ ‘x²+y²’ ¦ $x^2 + y^2$ ¦ $$x^2+y^2$$ ¦ \(x^2+y^2\)
        \[x^{2}+y^{2}\] ¦ $f(x,y) = x^2 + y^2$ ¦ $z=x^2+y^2$. ¦ lambda x, y: x**2 + y**2
        f = lambda x, y: x**2 + y**2 ¦ lambda x: x[0]**2 + x[1]**2 ¦ def f(x, y): return x**2 + y**2
        (x, y) -> x^2 + y^2 ¦ (x,y) => x**2 + y**2 ¦ (x, y) ↦ x² + y² ¦ x, y -> x^2 + y^2 ¦ @(x,y) x.^2 + y.^2
        f = @(x,y) x.^2+y.^2; ¦ @(x) x[1]^2 + x[2]^2 ¦ function(x, y) x^2 + y^2 ¦ (x,y) → x²+y² ¦ x1^2 + x2^2
        x_1^2 + x_2^2 ¦ x₁² + x₂² ¦ x_{1}^{2} + x_{2}^{2} ¦ X1^2 + X2^2 ¦ x[0]^2 + x[1]^2 ¦ x[0]**2 + x[1]**2
        x[1]^2 + x[2]^2 ¦ x[ 0 ]²+x[ 1 ]² ¦ x1*x1 + x2*x2 ¦ x1x1 + x2x2 ¦ pow(x, 2) + pow(y, 2)
        Math.pow(x,2) + Math.pow(y,2) ¦ POWER(x,2)+POWER(y,2) ¦ np.square(x) + np.square(y) ¦ square(x) + square(y)
        torch.pow(x, 2) + torch.pow(y, 2) ¦ hypot(x, y)^2 ¦ np.power(x, 2) + np.power(y, 2)
        tf.square(x) + tf.square(y) ¦ x^{2}+y^{2} ¦ x^(2)+y^(2) ¦ x＾２＋y＾２ ¦ （x）^２＋（y）^２ ¦ |x|^2 + |y|^2
        |x|² + |y|² ¦ abs(x)^2 + abs(y)^2 ¦ +x^2 + y^2 ¦ x^2 - (-y^2) ¦ ((x))^2+((y))^2
        f\left(x,y\right)=x^{2}+y^{2} ¦ sqrt(x^2 + y^2)^2 ¦ −(−x²) + y² ¦ x^2.0 + y^2.0 ¦ 1x^2 + 1y^2 ¦ x^(1+1)+y^2
        x^{2} + y^{2} \quad ¦ \displaystyle x^2 + y^2 ¦ X[0]^2 + X[1]^2
        """,
    ),
    (
        lambda x, y: x**10 + np.log2(y),
        r"x**10 + log2(y) ¦ $x**10 + log2 y$ ¦ x^10+log2 y ¦ $x^{10} + \log_2 y$ ¦ x¹⁰ + log₂ y ¦ $x^{10}+\log_2y$",
    ),
    (
        lambda x, y: 2 * x,
        r"2x ¦ 2 x ¦ 2*x ¦ 2·x ¦ 2×x ¦ 2(x) ¦ (2)(x) ¦ (2)x ¦ 2 \cdot x ¦ 2\times x ¦ ２x ¦ x+x",
    ),
    (
        lambda x, y: x * y,
        r"xy ¦ x y ¦ x·y ¦ (x)(y) ¦ x(y) ¦ (x)y ¦ XY ¦ x1x2 ¦ x_1 x_2 ¦ x₁x₂ ¦ x[0]x[1] ¦ x.*y ¦ x\cdot y",
    ),
    (
        lambda x, y: 3 * x * x * y,
        r"3x²y ¦ 3x^2y ¦ 3x^2 y ¦ 3x^2*y ¦ 3 x x y ¦ 3xxy ¦ 3x^{2}y ¦ y*3x^2 ¦ 3yx^2 ¦ 3(x^2)y",
    ),
    (
        lambda x, y: x * (x + 3),
        r"x(x+3) ¦ x (x + 3) ¦ x*(x+3) ¦ (x+3)x ¦ x\left(x+3\right) ¦ x(x+3). ¦ x²+3x ¦ x^2+3x",
    ),
    (
        lambda x, y: (x + 3) * (x + 2),
        r"(x+3)(x+2) ¦ (x+3) (x+2) ¦ \left(x+3\right)\left(x+2\right) ¦ (x + 3) · (x + 2) ¦ x²+5x+6",
    ),
    (
        lambda x, y: 2 * np.sin(x),
        r"""
        2sin(x) ¦ 2 sin(x) ¦ 2*sin(x) ¦ 2sin x ¦ 2 sin x ¦ 2sinx ¦ 2 SIN(x) ¦ 2Sin(x) ¦ 2\sin(x) ¦ 2\sin x
        2\sin{x} ¦ 2 \operatorname{sin}(x) ¦ 2\mathrm{sin}(x) ¦ 2*np.sin(x) ¦ 2 Sin[x] ¦ 2\sin\left(x\right)
        """,
    ),
    (
        lambda x, y: x * np.sin(y),
        r"""
        x sin(y) ¦ xsin(y) ¦ x*sin(y) ¦ x sin y ¦ x\sin y ¦ x \sin\left(y\right) ¦ sin(y)x ¦ sin(y) x ¦ x·sin(y)
        x math.sin(y)
        """,
    ),
    (
        lambda x, y: np.sin(x) * np.cos(y),
        r"""
        sin(x)cos(y) ¦ sin(x) cos(y) ¦ sin x cos y ¦ sin(x)*cos(y) ¦ \sin x \cos y ¦ \sin(x)\cos(y) ¦ sin x * cos y
        sin(x)·cos(y) ¦ np.sin(x)*np.cos(y) ¦ SIN(x)*COS(y) ¦ sinx cosy ¦ math.sin(x) * math.cos(y)
        torch.sin(x)*torch.cos(y) ¦ jnp.sin(x)*jnp.cos(y) ¦ tf.math.sin(x) * tf.math.cos(y)
        Math.sin(x)*Math.cos(y) ¦ Sin[x] Cos[y] ¦ numpy.sin(x)*numpy.cos(y) ¦ jax.numpy.sin(x)*jax.numpy.cos(y)
        """,
    ),
    (
        lambda x, y: np.sin(2 * x) + np.cos(2 * np.pi * y),
        r"""
        sin 2x + cos 2πy ¦ sin(2x) + cos(2πy) ¦ \sin 2x + \cos 2\pi y ¦ \sin(2x)+\cos(2\pi y) ¦ sin(2x)+cos(2pi y)
        sin(2x) + cos(2piy) ¦ sin(2*x)+cos(2*np.pi*y) ¦ sin 2x + cos(tau*y) ¦ sin(2x)+cos(τy)
        cos(2*Math.PI*y) + sin(2*x) ¦ sin(2x)+cos(2*PI*y) ¦ sin(2x) + cos 2pi y
        """,
    ),
    (
        lambda x, y: np.sin(x) ** 2 + np.cos(y) ** 2,
        r"""
        sin^2(x) + cos^2(y) ¦ sin²(x)+cos²(y) ¦ sin² x + cos² y ¦ sin²x + cos²y ¦ \sin^2 x + \cos^2 y
        \sin^{2}(x)+\cos^{2}\left(y\right) ¦ sin(x)^2+cos(y)^2 ¦ sin(x)**2 + cos(y)**2 ¦ (sin x)^2 + (cos y)^2
        sin(x)² + cos(y)² ¦ sin^2 x + cos^2 y ¦ np.sin(x)**2+np.cos(y)**2
        """,
    ),
    (
        lambda x, y: abs(x) + abs(y),
        r"""
        |x| + |y| ¦ |x|+|y| ¦ abs(x)+abs(y) ¦ Abs(x) + Abs(y) ¦ ABS(x)+ABS(y) ¦ np.abs(x)+np.abs(y)
        |x| + \left|y\right| ¦ \lvert x\rvert+\lvert y\rvert ¦ fabs(x)+fabs(y) ¦ math.fabs(x)+math.fabs(y)
        sqrt(x^2)+sqrt(y^2) ¦ |-x| + |-y| ¦ |x1|+|x2| ¦ max(x,-x)+max(y,-y) ¦ np.absolute(x) + np.absolute(y)
        """,
    ),
    (
        lambda x, y: abs(abs(x) - 1),
        r"||x| - 1| ¦ ||x|-1| ¦ |1-|x|| ¦ abs(abs(x)-1) ¦ \left|\left|x\right|-1\right|",
    ),
    (
        lambda x, y: 2 * abs(x) * abs(y),
        r"2|x||y| ¦ 2|x y| ¦ 2|xy| ¦ |2xy| ¦ |x||2y| ¦ 2*|x|*|y| ¦ |x|·2·|y|",
    ),
    (
        lambda x, y: abs(x) * y,
        r"|x|y ¦ |x| y ¦ y|x| ¦ y*|x| ¦ y abs(x)",
    ),
    (
        lambda x, y: np.exp(-(x**2) - y**2),
        r"""
        exp(-x^2-y^2) ¦ e^(-x^2-y^2) ¦ e^{-x^2-y^2} ¦ e^{-x^{2}-y^{2}} ¦ \exp(-x^2-y^2) ¦ \exp\left(-x^2-y^2\right)
        EXP(-(x^2)-y^2) ¦ np.exp(-x**2-y**2) ¦ exp(-(x²+y²)) ¦ e**(-(x**2+y**2)) ¦ Exp[-x^2 - y^2]
        math.e**(-x**2-y**2) ¦ E^(-x^2-y^2) ¦ 1/exp(x^2+y^2) ¦ gaussian(x)gaussian(y) ¦ math.exp(-(x**2 + y**2))
        """,
    ),
    (
        lambda x, y: np.exp(x) * np.sin(y),
        r"""
        e^x sin(y) ¦ e^x*sin(y) ¦ exp(x)sin(y) ¦ eˣ sin(y) ¦ eˣsin(y) ¦ e^x \sin y ¦ e^{x}\sin y ¦ exp(x) sin y
        \exp(x)\sin(y) ¦ e^x·sin(y)
        """,
    ),
    (
        lambda x, y: np.log(x * x + 1),
        r"""
        ln(x^2+1) ¦ log(x^2+1) ¦ LN(x^2+1) ¦ \ln(x^2+1) ¦ \log\left(x^2+1\right) ¦ np.log(x**2 + 1) ¦ log1p(x^2)
        np.log1p(x**2) ¦ Math.log(x*x + 1) ¦ Log[x^2 + 1] ¦ log_e(x^2+1) ¦ log(x^2+1, e) ¦ \log_{e}(x^2+1)
        """,
    ),
    (
        lambda x, y: np.log10(x * x + 1),
        r"""
        log10(x^2+1) ¦ log(x^2+1, 10) ¦ log_10(x^2+1) ¦ log_{10}(x^2+1) ¦ \log_{10}(x^2+1) ¦ log₁₀(x²+1)
        np.log10(x**2+1) ¦ math.log(x**2+1, 10) ¦ Math.log10(x*x+1) ¦ ln(x^2+1)/ln(10)
        """,
    ),
    (
        lambda x, y: np.log2(x * x + 1),
        r"""
        log2(x^2+1) ¦ log(x^2+1, 2) ¦ log_2(x^2+1) ¦ \log_2(x^2+1) ¦ log₂(x²+1) ¦ np.log2(x**2+1)
        \log_{2}\left(x^{2}+1\right)
        """,
    ),
    (
        lambda x, y: np.log(abs(x)),
        r"ln|x| ¦ \ln|x| ¦ log(abs(x)) ¦ ln |x| ¦ \ln\left|x\right|",
    ),
    (
        lambda x, y: np.sqrt(x * x + y * y),
        r"""
        sqrt(x^2+y^2) ¦ √(x²+y²) ¦ \sqrt{x^2+y^2} ¦ hypot(x,y) ¦ np.hypot(x, y) ¦ math.hypot(x, y) ¦ SQRT(x^2+y^2)
        Sqrt[x^2+y^2] ¦ (x^2+y^2)^(1/2) ¦ (x^2+y^2)^0.5 ¦ (x²+y²)^½ ¦ (x^2+y^2)^{\frac{1}{2}} ¦ (x^2+y^2)^(.5)
        |hypot(x,y)| ¦ \sqrt[2]{x^2+y^2}
        """,
    ),
    (
        lambda x, y: np.cbrt(x) + y,
        r"cbrt(x)+y ¦ ∛x + y ¦ ∛(x) + y ¦ \sqrt[3]{x}+y ¦ np.cbrt(x)+y ¦ Math.cbrt(x) + y",
    ),
    (
        lambda x, y: np.sqrt(2) * x,
        r"√2*x ¦ √2·x ¦ sqrt(2)x ¦ sqrt(2)*x ¦ \sqrt{2}x ¦ \sqrt2 \cdot x ¦ 2^(1/2)*x ¦ 2^.5 * x",
    ),
    (
        lambda x, y: (x * x + 1) ** 0.25,
        r"\sqrt[4]{x^2+1} ¦ (x^2+1)^(1/4) ¦ (x²+1)^¼ ¦ sqrt(sqrt(x^2+1))",
    ),
    (
        lambda x, y: x / 2,
        r"""
        x/2 ¦ ½x ¦ ½ x ¦ ½*x ¦ x*½ ¦ 0.5x ¦ .5x ¦ \frac{x}{2} ¦ \frac{1}{2}x ¦ \frac12 x ¦ \dfrac{x}{2} ¦ x÷2
        (1/2)x ¦ x·(1/2) ¦ x ∕ 2 ¦ \tfrac{1}{2} x ¦ x ⁄ 2
        """,
    ),
    (
        lambda x, y: (x + 1) / (y * y + 2),
        r"""
        \frac{x+1}{y^2+2} ¦ \dfrac{x+1}{y^{2}+2} ¦ (x+1)/(y^2+2) ¦ (x+1)÷(y²+2)
        \left(x+1\right)/\left(y^2+2\right) ¦ (x+1)./(y.^2+2) ¦ \frac{\left(x+1\right)}{y^2+2} ¦ (x+1)(y^2+2)^-1
        (x+1)(y²+2)⁻¹
        """,
    ),
    (
        lambda x, y: 1 / x,
        r"1/x ¦ x^-1 ¦ x^(-1) ¦ x⁻¹ ¦ x^{-1} ¦ \frac{1}{x} ¦ x**-1 ¦ x.^-1 ¦ 1÷x ¦ \frac1x ¦ 1/ x",
    ),
    (
        lambda x, y: x ** (-2) * y,
        r"x^-2y ¦ x⁻²y ¦ x^-2*y ¦ y/x^2 ¦ y/x² ¦ \frac{y}{x^{2}} ¦ x^{-2}y ¦ y x^-2",
    ),
    (
        lambda x, y: -(x**2),
        r"-x^2 ¦ -x² ¦ -(x^2) ¦ −x² ¦ –x^2 ¦ -x**2 ¦ -xx ¦ -1*x^2 ¦ －x＾２ ¦ -x^{2} ¦ 0-x^2",
    ),
    (
        lambda x, y: 512 * x,
        r"2^3^2*x ¦ 2**3**2*x ¦ 2^(3^2)x ¦ 2^{3^2}x ¦ 512x",
    ),
    (
        lambda x, y: 1 / np.cos(x),
        r"sec(x) ¦ 1/cos(x) ¦ \sec x ¦ 1/cos x ¦ np.cos(x)^-1 ¦ \sec{x} ¦ Sec[x]",
    ),
    (
        lambda x, y: 1 / np.sin(x) + 1 / np.tan(x),
        r"csc(x)+cot(x) ¦ \csc x+\cot x ¦ cosec(x) + cotan(x) ¦ 1/sin x + 1/tan x ¦ csc x + ctg(x)",
    ),
    (
        lambda x, y: np.arcsin(x / 9) + np.arccos(y / 9),
        r"""
        asin(x/9)+acos(y/9) ¦ arcsin(x/9)+arccos(y/9) ¦ np.arcsin(x/9)+np.arccos(y/9)
        \arcsin\frac{x}{9} + \arccos\frac{y}{9} ¦ ASIN(x/9)+ACOS(y/9) ¦ math.asin(x/9) + math.acos(y/9)
        ArcSin[x/9]+ArcCos[y/9]
        """,
    ),
    (
        lambda x, y: np.arctan(x),
        r"atan(x) ¦ arctan(x) ¦ \arctan x ¦ arctan x ¦ ATAN(x) ¦ np.arctan(x) ¦ arctg(x) ¦ ArcTan[x]",
    ),
    (
        lambda x, y: np.arctan2(y, x),
        r"atan2(y, x) ¦ np.arctan2(y, x) ¦ math.atan2(y,x) ¦ Math.atan2(y, x) ¦ arctan2(y,x)",
    ),
    (
        lambda x, y: np.sinh(x) + np.arcsinh(y),
        r"sinh(x)+asinh(y) ¦ sinh x + arsinh(y) ¦ \sinh x + \operatorname{arsinh}(y) ¦ np.sinh(x)+np.arcsinh(y)",
    ),
    (
        lambda x, y: np.arccosh(x * x + 1) + np.arctanh(y / 9),
        r"acosh(x^2+1)+atanh(y/9) ¦ arccosh(x²+1)+artanh(y/9)",
    ),
    (
        lambda x, y: 1 / np.cosh(x) + 1 / np.sinh(y) + 1 / np.tanh(x),
        r"sech(x)+csch(y)+coth(x) ¦ \frac{1}{\cosh x}+\frac{1}{\sinh y}+\coth x",
    ),
    (
        lambda x, y: np.maximum(np.maximum(x, y), 0.5),
        r"""
        max(x, y, 0.5) ¦ max(x,y,.5) ¦ MAX(x,y,0.5) ¦ max(max(x,y),½) ¦ \max(x, y, 0.5) ¦ Math.max(x, y, 0.5)
        np.maximum(np.maximum(x, y), 0.5) ¦ max(x, y, 1/2) ¦ \max\left(x,y,\frac{1}{2}\right)
        fmax(x, fmax(y, 0.5)) ¦ Max[x, y, 0.5]
        """,
    ),
    (
        lambda x, y: np.minimum(np.minimum(x, y), np.minimum(x * x, 1)),
        r"min(x, y, x^2, 1) ¦ Min(x,y,x²,1) ¦ torch.minimum(min(x,y), min(x*x,1))",
    ),
    (
        lambda x, y: np.mod(x, 2),
        r"mod(x, 2) ¦ MOD(x,2) ¦ np.mod(x, 2) ¦ Mod[x, 2] ¦ x - 2floor(x/2) ¦ x-2⌊x/2⌋",
    ),
    (
        lambda x, y: np.where(x > 0, x, y),
        r"""
        where(x > 0, x, y) ¦ np.where(x > 0, x, y) ¦ IF(x>0, x, y) ¦ if(x > 0, x, y) ¦ ifelse(x > 0, x, y)
        torch.where(x > 0, x, y) ¦ where(x ≥ 0, x, y) ¦ where(0 < x, x, y) ¦ where(x <= 0, y, x)
        jnp.where(x>0,x,y)
        """,
    ),
    (
        lambda x, y: np.floor(x) + np.ceil(y) + np.round(2 * x),
        r"""
        floor(x)+ceil(y)+round(2x) ¦ ⌊x⌋ + ⌈y⌉ + round(2x)
        \lfloor x \rfloor + \lceil y \rceil + \operatorname{round}(2x)
        \left\lfloor x\right\rfloor+\left\lceil y\right\rceil+round(2x)
        Math.floor(x) + Math.ceil(y) + np.round(2*x) ¦ FLOOR(x)+CEILING(y)+rint(2x)
        """,
    ),
    (
        lambda x, y: np.clip(x, -1, 1),
        r"clip(x, -1, 1) ¦ np.clip(x, -1, 1) ¦ clamp(x,-1,1) ¦ torch.clamp(x, -1, 1) ¦ max(-1, min(x, 1))",
    ),
    (
        lambda x, y: np.exp2(x) - np.expm1(y),
        r"exp2(x) - expm1(y) ¦ 2^x - e^y + 1 ¦ 2ˣ - (eʸ - 1) ¦ np.exp2(x) - np.expm1(y) ¦ 2**x - (e**y - 1)",
    ),
    (
        lambda x, y: np.degrees(x) + np.radians(y),
        r"""
        degrees(x) + radians(y) ¦ np.rad2deg(x)+np.deg2rad(y) ¦ 180x/pi + y*pi/180
        math.degrees(x) + math.radians(y)
        """,
    ),
    (
        lambda x, y: np.maximum(x, 0) + 1 / (1 + np.exp(-y)),
        r"""
        relu(x) + sigmoid(y) ¦ ReLU(x) + sigmoid(y) ¦ \max(0,x)+\sigma(y) ¦ jax.nn.relu(x)+jax.nn.sigmoid(y)
        tf.nn.relu(x) + expit(y) ¦ torch.relu(x)+torch.sigmoid(y)
        """,
    ),
    (
        lambda x, y: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
        r"""
        (1-x)^2 + 100(y-x^2)^2 ¦ (1-x)²+100(y-x²)² ¦ (1-x)^2+100\left(y-x^2\right)^2
        f(x,y) = (1 - x)² + 100·(y − x²)² ¦ (1-x1)^2+100(x2-x1^2)^2 ¦ 100*(x[1]-x[0]**2)**2 + (1-x[0])**2
        100(y-x^2)^2+(1-x)^2; ¦ z = (1-x)^2 + 100 (y - x^2)^2 ¦ (1-x[1])^2 + 100*(x[2]-x[1]^2)^2
        f(x, y) = \left(1-x\right)^{2}+100\left(y-x^{2}\right)^{2}
        """,
    ),
    (
        lambda x, y: (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2,
        r"""
        (x²+y-11)² + (x+y²-7)² ¦ \left(x^2+y-11\right)^2+\left(x+y^2-7\right)^2 ¦ (x^2 + y – 11)^2 + (x + y^2 – 7)^2
        (x1^2+x2-11)^2+(x1+x2^2-7)^2 ¦ $(x^2+y-11)^2+(x+y^2-7)^2$
        """,
    ),
    (
        lambda x, y: 20 + x**2 + y**2 - 10 * (np.cos(2 * np.pi * x) + np.cos(2 * np.pi * y)),
        r"""
        20 + x² + y² - 10(cos(2πx) + cos(2πy)) ¦ 20+x^2+y^2-10\left(\cos(2\pi x)+\cos(2\pi y)\right)
        20 + x**2 + y**2 - 10*(np.cos(2*np.pi*x) + np.cos(2*np.pi*y)) ¦ 20+x^2-10cos(2pi x)+y^2-10cos(2pi y)
        20+(x^2-10\cos 2\pi x)+(y^2-10\cos 2\pi y)
        """,
    ),
    (
        lambda x, y: np.sin(x * x) + 2 * y,
        r"sin x^2 + 2y ¦ \sin x^2 + 2y ¦ sin x² + 2y ¦ sin(x²)+2y ¦ sin(x^2) + 2y",
    ),
    (
        lambda x, y: 2000.0 * x + 0.0015 * y,
        r"""
        2e3x + 1.5e-3y ¦ 2E3*x+1.5E-3*y ¦ 2000x+.0015y ¦ 2 \cdot 10^{3} x + 1.5 \cdot 10^{-3} y
        2*10^3*x + 1.5*10^-3*y ¦ 2×10³x + 1.5×10⁻³y
        """,
    ),
    (
        lambda x, y: 2 * np.e * x + np.pi * y,
        r"""
        2e x + πy ¦ 2*e*x + pi*y ¦ 2*math.e*x + math.pi*y ¦ 2e\cdot x+\pi y ¦ 2e·(x) + pi(y) ¦ 2E*x + PI*y
        2 \mathrm{e} x + \pi y ¦ ypi + 2*exp(1)x ¦ 2e x + piy
        """,
    ),
    (
        lambda x, y: (x + y) ** 2 * (x - y) ** 3,
        r"""
        (x+y)^2(x-y)^3 ¦ (x+y)²(x-y)³ ¦ (x+y)**2*(x-y)**3 ¦ (x+y)^2\,(x-y)^3 ¦ \bigl(x+y\bigr)^2 \bigl(x-y\bigr)^3
        (x−y)³(x+y)²
        """,
    ),
]
_UNSEEN = [  # with characters that are not seen
    (lambda x, y: x**2 + y**2, '"x^2 + y^2"'),
    (lambda x, y: x**2 + y**2, "x^{2} + y^{2}\\,"),
    (lambda x, y: x**2 + y**2, "\ufeffx^2 + y^2"),
    (lambda x, y: x**2 + y**2, "x\u200b^2 +\u200b y^2"),
    (lambda x, y: x**2 + y**2, "x^2\xa0+\u2009y^2"),
    (lambda x, y: x**2 + y**2, "x^2 +\ny^2"),
    (lambda x, y: x**2 + y**2, "x^2\t+ y^2"),
    (lambda x, y: x**2 + y**2, "{x}^{2}+{y}^{2}\\,"),
    (lambda x, y: x**2 + y**2, "x^2\u2061 + y^2\u2060"),
    (lambda x, y: x * y, "x\u2062y"),
    (lambda x, y: x * y, "x\u200by"),
    (lambda x, y: 12 * x, "1\u200b2x"),
    (lambda x, y: x + y, "x\u3000+\u2003y"),
]
SPELLINGS = [
    *(
        (typed.strip(), meaning)
        for meaning, block in _SPELLINGS
        for typed in re.split("[¦\\n]", block)
        if typed.strip()
    ),
    *((typed, meaning) for meaning, typed in _UNSEEN),
]
